"""The people who answer: who they are, what they are doing, and their work after a call."""
