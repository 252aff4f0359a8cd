"""Who may use the console: users, how they sign in, and for how long."""
