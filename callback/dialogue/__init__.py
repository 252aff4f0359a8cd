"""What people on the phone hear, and what their keys mean. Knows only the facts that it is handed."""
