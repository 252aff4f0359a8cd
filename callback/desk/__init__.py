"""The agent's desk: what she sees, how she answers there, and what she writes down."""
