"""The past as a grid: one row a local day, one column an interval of the wall clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.intervals import DAY, slot_of, slots_in_a_day

Array = NDArray[np.float64]

_SURELY_NOT_SILENT = 5.0  # with 5 calls expected, none at all has a chance under 1 % (Poisson)


@dataclass(frozen=True)
class History:
    """Calls counted on consecutive local days.

    `counts[d, s]` are the calls of day `days[d]` in interval `s`; NaN where nothing was, or could be,
    counted: the line was closed, the log did not yet or no longer run, the hour was skipped.
    """

    days: tuple[date, ...]
    interval_minutes: int
    counts: Array

    @property
    def slots(self) -> int:
        """Intervals in a day."""
        return int(self.counts.shape[1])

    @property
    def weekdays(self) -> NDArray[np.int64]:
        """The weekday of each day, 0 Monday."""
        return np.array([day.weekday() for day in self.days], dtype=np.int64)

    @property
    def counted_days(self) -> int:
        """Days on which at least one interval was counted."""
        return int((~np.isnan(self.counts)).any(axis=1).sum())

    def before(self, day: date) -> History:
        """Return what was known at the beginning of `day`."""
        size = max(0, min(len(self.days), (day - self.days[0]).days)) if self.days else 0
        return History(self.days[:size], self.interval_minutes, self.counts[:size])

    def since(self, day: date) -> History:
        """Return the days from `day` on."""
        skip = max(0, (day - self.days[0]).days) if self.days else 0
        return History(self.days[skip:], self.interval_minutes, self.counts[skip:])

    def on(self, days: Sequence[date]) -> Array:
        """Return the counts of `days`, NaN for those outside the history."""
        found = np.full((len(days), self.slots), np.nan)
        for row, day in enumerate(days):
            index = (day - self.days[0]).days if self.days else -1
            if 0 <= index < len(self.days):
                found[row] = self.counts[index]
        return found


def history_of(
    starts: Sequence[datetime],
    counts: Sequence[float],
    zone: ZoneInfo,
    interval_minutes: int,
    open_at: Callable[[datetime], bool] | None = None,
) -> History:
    """Lay counted intervals on the grid; those in which the line was closed are left out.

    Calls that came while the line was closed are no demand that agents could meet. An hour that occurs
    twice is its mean. `starts` may have gaps; what they leave open counts as not counted.
    """
    if not starts:
        return History((), interval_minutes, np.empty((0, slots_in_a_day(interval_minutes))))
    places = [slot_of(start, zone, interval_minutes) for start in starts]
    first, last = min(day for day, _ in places), max(day for day, _ in places)
    shape = ((last - first).days + 1, slots_in_a_day(interval_minutes))
    sums, seen = np.zeros(shape), np.zeros(shape)
    for start, (day, slot), count in zip(starts, places, counts, strict=True):
        if open_at is None or open_at(start):
            sums[(day - first).days, slot] += count
            seen[(day - first).days, slot] += 1
    grid = np.divide(sums, seen, out=np.full(shape, np.nan), where=seen > 0)
    days = tuple(first + index * DAY for index in range(shape[0]))
    return History(days, interval_minutes, grid)


def without_gaps(history: History) -> History:
    """Return the history without what the log cannot have seen, so that a gap is not taken for calm.

    A whole day without a call, and the stretches before the first and after the last call of the log, are
    taken out where at least five calls were to be expected by the mean of the same weekday: by chance so
    long a silence occurs less than once in a hundred times. Holidays on which nobody called go the same way.
    """
    counts = history.counts.copy()
    called = np.flatnonzero(np.nansum(counts, axis=1) > 0)
    if len(called) == 0:
        return history
    expected = _weekday_means(history)
    for index in range(len(history.days)):
        calls = np.nan_to_num(counts[index])
        if not calls.any():
            silent = np.ones(history.slots, dtype=bool)
        elif index == called[0]:
            silent = np.cumsum(calls) == 0
        elif index == called[-1]:
            silent = np.cumsum(calls[::-1])[::-1] == 0
        else:
            continue
        if np.nansum(expected[index][silent]) >= _SURELY_NOT_SILENT:
            counts[index] = np.nan
    return History(history.days, history.interval_minutes, counts)


def _weekday_means(history: History) -> Array:
    """Return for each day the mean of its weekday's days with calls, zero where there are none."""
    weekdays, means = history.weekdays, np.zeros_like(history.counts)
    busy = np.nansum(history.counts, axis=1) > 0
    for weekday in range(7):
        same = weekdays == weekday
        means[same] = mean_where_counted(history.counts[same & busy])
    return means


def mean_where_counted(counts: Array) -> Array:
    """Return the mean of each column, leaving out NaN; zero where a column has nothing else."""
    seen = (~np.isnan(counts)).sum(axis=0)
    sums = np.nansum(counts, axis=0)
    means: Array = np.divide(sums, seen, out=np.zeros(counts.shape[1]), where=seen > 0)
    return means
