"""Performing verbs: each takes its value and the course, and returns what follows."""
