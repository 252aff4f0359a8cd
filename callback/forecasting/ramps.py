"""The load that agents meet while demand rises and falls: it comes about one handle time after the calls.

Staffing each interval as if its load had always been so (SIPP) puts the peak too early where calls are
long, and leaves the first half of a rising interval idle and the second one short. L. V. Green, P. J. Kolesar
and J. Soares, *Improving the SIPP approach for staffing service systems that have cyclic demands* (2001).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

STEP = timedelta(minutes=15)
LONG_HANDLE_SECONDS = 300.0
"""From here on the lag of the load against the calls matters."""


def lagged_loads(
    starts: Sequence[datetime], calls: Sequence[float], interval: timedelta, handle_seconds: float
) -> list[float]:
    """Return for each interval the erlangs of the calls that came one handle time earlier.

    In steps of a quarter of an hour; where these rise through an interval it takes the largest, else their
    mean. `starts` are in order; between them, and before the first, nobody calls. Where nobody calls in an
    interval nobody is needed: calls that are still being handled are finished by those who are there.
    """
    arrived = _Arrivals(starts, calls, interval)
    steps = max(1, round(interval / STEP))
    width = interval / steps
    lag = timedelta(seconds=handle_seconds)
    loads = []
    for start, expected in zip(starts, calls, strict=True):
        edges = [arrived.until(start + n * width - lag) for n in range(steps + 1)]
        each = [
            (later - sooner) * handle_seconds / width.total_seconds()
            for sooner, later in pairwise(edges)
        ]
        load = max(each) if each[-1] > each[0] else sum(each) / steps
        loads.append(load if expected > 0 else 0.0)
    return loads


class _Arrivals:
    """How many calls have come until an instant, if they come evenly within each interval."""

    def __init__(
        self, starts: Sequence[datetime], calls: Sequence[float], interval: timedelta
    ) -> None:
        self._starts, self._calls, self._interval = starts, calls, interval
        self._before = [0.0, *accumulate(calls)]

    def until(self, instant: datetime) -> float:
        """Return the calls that came before `instant`."""
        at = bisect_right(self._starts, instant) - 1
        if at < 0:
            return 0.0
        part = min(1.0, (instant - self._starts[at]) / self._interval)
        return self._before[at] + part * self._calls[at]
