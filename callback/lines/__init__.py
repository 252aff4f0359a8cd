"""What people call: lines, when they are open, how long the wait is, and when a callback is offered."""
