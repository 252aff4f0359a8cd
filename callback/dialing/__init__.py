"""Keeping the promise: who is next, which phone rings, what came of it, and what to do after a fault."""
