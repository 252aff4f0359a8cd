"""A stand-in for Twilio: its REST API, its signed webhooks, its TwiML, and people on phones.

It runs as a process of its own and knows nothing of the application under test but Twilio's public
protocol. That is the point: if the two shared code, they would agree on each other's mistakes.
"""
