"""The call log: one row a contact, ours or imported, and the volumes counted from it."""
