"""All HTTP: what the telephone company calls, what integrations call, and how it is put together."""
