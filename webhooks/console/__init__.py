"""The console: pages for agents, supervisors, managers and administrators, made on the server."""
