"""Identifiers: 32 hexadecimal digits that sort by the time of their making."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

RANDOM_BYTES = 10


def new_id(now: datetime) -> str:
    """Return an identifier whose first 12 digits are `now` in milliseconds and whose rest is random.

    Sorting by it is sorting by age, so it serves as the cursor of every list; 80 random bits keep it
    unguessable enough to stand in a URL that is signed anyway.
    """
    return new_ids([now])[0]


def new_ids(moments: Sequence[datetime]) -> list[str]:
    """Return an identifier for each of many moments; randomness is asked for once, for asking takes a while."""
    chance = secrets.token_hex(RANDOM_BYTES * len(moments))
    return [
        f"{int(moment.timestamp() * 1000):012x}{chance[place : place + 2 * RANDOM_BYTES]}"
        for moment, place in zip(moments, range(0, len(chance), 2 * RANDOM_BYTES), strict=True)
    ]
