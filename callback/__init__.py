"""Callback: the promise “we will call you back”, kept."""
