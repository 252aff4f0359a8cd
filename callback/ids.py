"""Identifiers: 32 hexadecimal digits that sort by the time of their making."""

from __future__ import annotations

import secrets
from datetime import datetime


def new_id(now: datetime) -> str:
    """Return an identifier whose first 12 digits are `now` in milliseconds and whose rest is random.

    Sorting by it is sorting by age, so it serves as the cursor of every list; 80 random bits keep it
    unguessable enough to stand in a URL that is signed anyway.
    """
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"
