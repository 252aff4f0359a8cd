"""Messaging: texts that people send to a line."""
