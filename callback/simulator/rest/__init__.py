"""Twilio's REST API, as far as calls, queues, conferences, messages and numbers go."""
