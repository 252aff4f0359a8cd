"""How fast a line grows or shrinks, where it clearly does."""

from __future__ import annotations

import numpy as np

from callback.forecasting.day_calendar import ORDINARY
from callback.forecasting.day_effects import Indices
from callback.forecasting.day_grid import DayGrid
from callback.forecasting.history import Array

_LATEST_DAYS = 84
_FEWEST_DAYS = 28
_DAMPING = 0.98
_CLEAR = 3.0
_FEWEST_AT_A_LEVEL = 5


def daily_growth(grid: DayGrid, origin: int) -> float:
    """Return by how much the logarithm of a day's calls has grown a day before `origin`; 0 if not clearly.

    The slope of a regression with a mean for each weekday over the last twelve weeks of ordinary days. Days
    hang together, so the slope must be three of its standard errors, each taken as twice what independent days
    would give, and is shrunk by what is left of doubt. A step from one level to another is no growth: where it
    fits better than the slope there is none.
    """
    rows = grid.counted[(grid.counted < origin) & (grid.counted >= origin - _LATEST_DAYS)]
    rows = rows[grid.design.kinds[rows] == ORDINARY]
    if len(rows) < _FEWEST_DAYS:
        return 0.0
    weekdays = grid.design.weekdays[rows]
    logs = _without_weekdays(np.log(grid.calls[rows].sum(axis=1) + 0.5), weekdays)
    times = _without_weekdays(rows - float(origin), weekdays)
    spread = float(times @ times)
    slope = float(times @ logs) / spread if spread > 0 else 0.0
    left = float(np.sum((logs - slope * times) ** 2))
    if left >= _left_by_best_step(logs, weekdays):
        return 0.0
    error = 2.0 * (left / len(rows) / max(spread, 1e-9)) ** 0.5
    clarity = abs(slope) / max(error, 1e-9)
    return slope * (1 - clarity**-2) if clarity > _CLEAR else 0.0


def _without_weekdays(values: Array, weekdays: Indices) -> Array:
    """Return the values less the mean of their weekday."""
    sums = np.bincount(weekdays, values, minlength=7)
    seen = np.maximum(np.bincount(weekdays, minlength=7), 1)
    found: Array = values - (sums / seen)[weekdays]
    return found


def _left_by_best_step(logs: Array, weekdays: Indices) -> float:
    """Return the sum of squares that the best single step from one level to another leaves."""
    total = float(logs @ logs)
    best = total
    for at in range(_FEWEST_AT_A_LEVEL, len(logs) - _FEWEST_AT_A_LEVEL):
        step = _without_weekdays((np.arange(len(logs)) >= at).astype(float), weekdays)
        size = float(step @ step)
        if size > 0:
            best = min(best, total - float(step @ logs) ** 2 / size)
    return best


def damped_days(ahead: Indices) -> Array:
    """Return for how many days growth is taken to go on `ahead` days from now: it fades by 2 % a day.

    E. S. Gardner and E. McKenzie, *Forecasting trends in time series* (1985).
    """
    days: Array = _DAMPING * (1 - _DAMPING ** np.asarray(ahead, dtype=float)) / (1 - _DAMPING)
    return days
