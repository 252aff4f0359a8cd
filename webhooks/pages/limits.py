"""How often callers' pages may be used: enough for a person, too little for guessing or flooding."""

from __future__ import annotations

from datetime import timedelta

from callback.limits import Limit

LOOKS_BY_SENDER = Limit("page looks by sender", 120, timedelta(minutes=1))
LOOKS = Limit("page looks", 40, timedelta(minutes=1))
TRIES = Limit("page tries", 10, timedelta(minutes=5))
CODES_BY_NUMBER = Limit("codes by number", 3, timedelta(hours=1))
CODES_BY_SENDER = Limit("codes by sender", 10, timedelta(hours=1))
CODES_BY_LINE = Limit("codes by line", 300, timedelta(hours=1))
GUESSES_BY_SENDER = Limit("guesses by sender", 30, timedelta(hours=1))
