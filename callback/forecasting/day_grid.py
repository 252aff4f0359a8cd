"""A history made ready for the day models: whole days, without closed columns, with the days to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.day_calendar import HOLIDAY, DayCalendar, DayDesign, day_design
from callback.forecasting.history import Array, History, mean_where_counted
from callback.forecasting.intervals import DAY

LONGEST_DAYS = 420
_MOSTLY_COUNTED = 0.5
_SURELY_NOT_SILENT = 5.0
_HOLIDAYS_FOR_A_RULE = 5


@dataclass(frozen=True)
class DayGrid:
    """Counted days and the days to come, in one row a day.

    `calls[d, s]` of a counted day is complete: what is missing of it (an hour skipped, a log that begins at
    noon) is filled with its weekday's share. `counted` are the rows to learn from. `closed[d, s]` tells
    where nobody calls because nobody could: what the calendar, the weekday's record or the interval's
    record says.
    """

    design: DayDesign
    calls: Array
    counted: NDArray[np.int64]
    closed: NDArray[np.bool_]
    past: int

    def without(self, rows: NDArray[np.int64]) -> DayGrid:
        """Return the grid with some counted days set aside."""
        kept = np.setdiff1d(self.counted, rows)
        return DayGrid(self.design, self.calls, kept, self.closed, self.past)


def day_grid(history: History, special: DayCalendar, horizon: int) -> DayGrid:
    """Lay out the last days of `history` and `horizon` days after it."""
    history = history.since(history.days[-1] + DAY - LONGEST_DAYS * DAY)
    days = history.days + tuple(history.days[-1] + n * DAY for n in range(1, horizon + 1))
    on_closed_days = np.array([day in special.closed for day in days])
    counts = np.where(on_closed_days[: len(history.days), None], np.nan, history.counts)
    weekly = _closed_by_record(counts, history.weekdays)
    weekdays = np.array([day.weekday() for day in days])
    closed = weekly[weekdays] | on_closed_days[:, None]
    silent = _silent_holidays(counts, days[: len(history.days)], special)
    always = _closes_on_holidays(counts, days, special, np.flatnonzero(weekly.all(axis=1)))
    names = {name for name in silent.values() if name}
    for row, day in enumerate(days):
        kind, name = special.kind_of(day)
        known = name in names or (always and row >= len(history.days))
        if kind == HOLIDAY and known and (day in silent or row >= len(history.days)):
            closed[row] = True
    design = day_design(days, special, closed.all(axis=1))
    past_closed = closed[: len(history.days)]
    calls, whole = _completed(np.where(past_closed, np.nan, counts), history.weekdays, past_closed)
    padded = np.vstack([calls, np.zeros((horizon, history.slots))])
    return DayGrid(design, padded, np.flatnonzero(whole), closed, len(history.days))


def _closed_by_record(counts: Array, weekdays: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each weekday and interval whether its silence says that the line was closed.

    A whole weekday is closed when none of its days ever brought a call though, by the mean of the other
    days, at least five were due; and so is a single interval of a weekday. An interval in which nobody ever
    called on any day is closed on all.
    """
    called = np.nan_to_num(counts)
    closed = np.zeros((7, counts.shape[1]), dtype=bool)
    busy = called.any(axis=1)
    anyday = mean_where_counted(counts[busy]) if busy.any() else np.zeros(counts.shape[1])
    for weekday in range(7):
        of_it = weekdays == weekday
        sums = called[of_it].sum(axis=0)
        seen = int((of_it & busy).sum())
        if not seen:
            closed[weekday] = float(anyday.sum()) * int(of_it.sum()) >= _SURELY_NOT_SILENT
            continue
        level = sums.sum() / max(float(anyday.sum()) * seen, 1e-9)
        due = anyday * seen * min(1.0, level)
        closed[weekday] = (sums == 0) & (due >= 2 * _SURELY_NOT_SILENT)
    closed[:, called.sum(axis=0) == 0] = True
    return closed


def _silent_holidays(
    counts: Array, days: tuple[date, ...], special: DayCalendar
) -> dict[date, str]:
    """Return the public holidays on which nobody called, by day, with their names."""
    silent = {}
    for day, row in zip(days, counts, strict=True):
        kind, name = special.kind_of(day)
        if kind == HOLIDAY and not np.nan_to_num(row).any():
            silent[day] = name
    return silent


def _closes_on_holidays(
    counts: Array, days: tuple[date, ...], special: DayCalendar, closed_weekdays: NDArray[np.int64]
) -> bool:
    """Tell whether a line closes on every public holiday, on those too that its log has not seen.

    So it does if nobody called on any of five or more that fell on a weekday that is open otherwise. Where
    days of closing are listed the list says it.
    """
    if special.closed:
        return False
    names = set()
    for day, row in zip(days, counts, strict=False):
        kind, name = special.kind_of(day)
        if kind == HOLIDAY and day.weekday() not in closed_weekdays:
            if np.nan_to_num(row).any():
                return False
            names.add(name)
    return len(names) >= _HOLIDAYS_FOR_A_RULE


def _completed(
    counts: Array, weekdays: NDArray[np.int64], closed: NDArray[np.bool_]
) -> tuple[Array, NDArray[np.bool_]]:
    """Return whole days, and which days are known well enough to learn from."""
    shares = np.zeros_like(counts)
    for weekday in range(7):
        of_it = weekdays == weekday
        shares[of_it] = mean_where_counted(counts[of_it])
    shares[closed] = 0.0
    seen = ~np.isnan(counts)
    due, due_seen = shares.sum(axis=1), np.where(seen, shares, 0.0).sum(axis=1)
    usable = (due > 0) & (due_seen >= _MOSTLY_COUNTED * due)
    total_seen = np.nansum(counts, axis=1)
    ratio = np.divide(total_seen, due_seen, out=np.ones_like(due), where=due_seen > 0)
    filled = np.where(seen, counts, shares * ratio[:, None])
    return np.where(usable[:, None], filled, 0.0), usable
