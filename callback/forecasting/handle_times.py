"""The mean handle time to be expected at each time of the day: calls of the evening may be longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callback.forecasting.intervals import IntervalVolumes, slot_of

HALF_LIFE_DAYS = 28.0
_PRIOR_CALLS = 100.0


@dataclass(frozen=True)
class HandleTimes:
    """Seconds by the number of the interval in a day, working days and weekends apart, and of all calls."""

    by_slot: dict[tuple[bool, int], float]
    overall: float

    def expect(self, volumes: IntervalVolumes, starts: Sequence[datetime]) -> list[float]:
        """Return the mean handle time of the intervals that begin at `starts`."""
        return [self.by_slot.get(_place(volumes, start), self.overall) for start in starts]


def learn_handle_times(volumes: IntervalVolumes) -> HandleTimes | None:
    """Return what the calls counted say, None where none was handled.

    Each interval's mean over the past, weighed by calls, a call of four weeks ago half; shrunk to that of all
    calls as by a hundred calls, so that a few long calls at night do not make a night of long calls.
    """
    if not volumes.starts:
        return None
    latest = volumes.starts[-1]
    sums: dict[tuple[bool, int], list[float]] = {}
    total = weights = 0.0
    for start, calls, handle in zip(
        volumes.starts, volumes.counts, volumes.handle_seconds, strict=True
    ):
        if handle is None or not calls:
            continue
        age = (latest - start).total_seconds() / 86_400
        weight = calls * 0.5 ** (age / HALF_LIFE_DAYS)
        place = sums.setdefault(_place(volumes, start), [0.0, 0.0])
        place[0] += weight * handle
        place[1] += weight
        total, weights = total + weight * handle, weights + weight
    if weights <= 0:
        return None
    overall = total / weights
    by_slot = {
        place: (handled + _PRIOR_CALLS * overall) / (weight + _PRIOR_CALLS)
        for place, (handled, weight) in sums.items()
    }
    return HandleTimes(by_slot, overall)


def _place(volumes: IntervalVolumes, start: datetime) -> tuple[bool, int]:
    day, slot = slot_of(start, volumes.zone, volumes.interval_minutes)
    return day.weekday() >= 5, slot
