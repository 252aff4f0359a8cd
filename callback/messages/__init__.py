"""Text messages that we send: an outbox of rows, sent once each, and what became of them."""
