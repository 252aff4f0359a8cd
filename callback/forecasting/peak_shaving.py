"""What callbacks do to the agents needed: callers of the peak are served in the calmer hours after it.

They lower the peak and never the hours: whoever is called back must be handled too, and times that are
offered to too many become the next peak.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

_HALVINGS = 50


def with_callbacks(starts: Sequence[datetime], calls: Sequence[float], share: float) -> list[float]:
    """Return the calls to be handled in each interval if up to `share` of its callers take a later callback.

    Each local day is levelled as far as that goes: the lowest ceiling is sought under which the calls above
    it, at most `share` of each interval's, find room in later open intervals of the same day. Open is where
    anybody is expected. The sum of a day stays what it was.
    """
    found: list[float] = []
    for _, places in _days(starts):
        found.extend(_levelled([calls[place] for place in places], share))
    return found


def _days(starts: Sequence[datetime]) -> Iterator[tuple[date, list[int]]]:
    for day, places in groupby(range(len(starts)), key=lambda place: starts[place].date()):
        yield day, list(places)


def _levelled(calls: Sequence[float], share: float) -> list[float]:
    low, high = 0.0, max(calls)
    best = list(calls)
    for _ in range(_HALVINGS):
        ceiling = (low + high) / 2
        tried = _under(ceiling, calls, share)
        if tried is None:
            low = ceiling
        else:
            best, high = tried, ceiling
    return best


def _under(ceiling: float, calls: Sequence[float], share: float) -> list[float] | None:
    """Return the day under a ceiling, or None if it cannot be held."""
    owed, handled = 0.0, []
    for expected in calls:
        if expected == 0:
            handled.append(0.0)
            continue
        moved = min(share * expected, max(0.0, expected - ceiling))
        if expected - moved > ceiling:
            return None
        kept = min(owed, ceiling - (expected - moved))
        owed += moved - kept
        handled.append(expected - moved + kept)
    return None if owed > 1e-9 * max(1.0, sum(calls)) else handled
