"""How many promises a window can bear, from plain numbers."""

from __future__ import annotations

from datetime import timedelta

SHARE_FOR_CALLBACKS = 0.5


def window_capacity(agents: int, window: timedelta, handle: timedelta, limit: int | None) -> int:
    """Return how many callbacks may be promised for one window.

    A `limit` that somebody set decides alone. Without one, and without a forecast, half of what the
    `agents` now at work could handle in the window is promised, and the other half is left to live
    callers; with nobody at work nothing is.
    """
    if limit is not None:
        return max(0, limit)
    return (SHARE_FOR_CALLBACKS * agents * window) // handle
