"""Voice: one file per stage of a call."""
