"""JSON for integrations, under /api/v1."""
