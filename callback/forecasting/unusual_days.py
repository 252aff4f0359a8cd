"""Days that say nothing of the days to come: outages, floods of calls, a week counted twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.day_calendar import EVENT, HOLIDAY
from callback.forecasting.day_grid import DayGrid
from callback.forecasting.day_models import DayModels
from callback.forecasting.history import Array
from callback.forecasting.likeness import STEADY, kernels

_CUT = 4.5  # robust deviations: one ordinary day in 100,000
_LEAST = 0.12  # and at least this far, in logarithms of calls
_WORST_FIRST = 0.6
_ROUNDS = 3
_ENOUGH_DAYS = 21
_FEW_DAYS = 8
_RUN_DAYS = 2
_LONGEST_RUN = 10
_RUN_RATIO = float(np.log(1.6))
_USUAL_WEEKS = 5
_SIDE_DAYS = 4
_FEWEST_SIDE = 3
_SHAPE_CUT = 0.35


@dataclass(frozen=True)
class UnusualDay:
    """A day set aside: `calls` came where about `usual` were to be expected; `reason` is a sentence part."""

    day: date
    calls: float
    usual: float
    reason: str


def find_unusual_days(grid: DayGrid) -> list[UnusualDay]:
    """Return the days that a forecast should not learn from, in their order.

    A day counts as unusual when it lies 4.5 robust deviations and at least an eighth from what all other
    days say of it, and is no holiday or event; or when it belongs to a stretch of two to ten open days that
    all brought over 1.6 times, or under five eighths of, their weekday's usual calls, with usual days
    around them. A change that lasts is a new level and stays; so does one that has only just begun, unless
    the calls have exactly doubled, which is how a log looks that was counted twice.
    """
    runs = _runs(grid)
    lone = _outages(grid.without(runs))
    left = grid.without(np.concatenate([runs, lone]))
    lone = np.concatenate([lone, _but_new_levels(left, _surprising(left))])
    usual = _usual(grid)
    return [
        _told(grid, int(row), float(usual[row]), in_run=row in runs)
        for row in sorted({*runs.tolist(), *lone.tolist()})
    ]


def rows_of(grid: DayGrid, unusual: list[UnusualDay]) -> NDArray[np.int64]:
    """Return the rows of the grid on which the unusual days lie."""
    first = grid.design.days[0]
    return np.array([(found.day - first).days for found in unusual], dtype=np.int64)


def _usual(grid: DayGrid) -> Array:
    """Return for every past row the median total of its weekday's other days near it."""
    totals = grid.calls.sum(axis=1)
    usual = np.full(grid.past, np.nan)
    rows = grid.counted
    for row in range(grid.past):
        alike = rows[
            (grid.design.weekdays[rows] == grid.design.weekdays[row])
            & (np.abs(rows - row) <= 7 * _USUAL_WEEKS)
            & (rows != row)
        ]
        if len(alike):
            usual[row] = np.median(totals[alike])
    return usual


def _ratios(grid: DayGrid) -> Array:
    usual = _usual(grid)[grid.counted]
    totals = grid.calls[grid.counted].sum(axis=1)
    ratios: Array = np.log((totals + 0.5) / (np.nan_to_num(usual, nan=1.0) + 0.5))
    return np.where(np.isnan(usual) | (np.maximum(usual, totals) < 20), 0.0, ratios)


def _runs(grid: DayGrid) -> NDArray[np.int64]:
    if len(grid.counted) < _ENOUGH_DAYS:
        return np.array([], dtype=np.int64)
    ratios = _ratios(grid)
    special = np.isin(grid.design.kinds[grid.counted], (HOLIDAY, EVENT))
    found: list[int] = []
    for sign in (1, -1):
        away = (sign * ratios > _RUN_RATIO) & ~special
        edges = np.flatnonzero(np.diff(np.concatenate(([0], away.astype(int), [0]))))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            length = stop - start
            if not _RUN_DAYS <= length <= _LONGEST_RUN:
                continue
            level = float(np.median(ratios[start:stop]))
            after = ratios[stop : stop + _SIDE_DAYS]
            returns = len(after) > 0 and sign * float(np.median(after)) < abs(level) / 2
            doubled = length >= 4 and abs(level - np.log(2)) < 0.12
            if returns or doubled:
                found.extend(grid.counted[start:stop].tolist())
    return np.array(sorted(found), dtype=np.int64)


def _outages(grid: DayGrid) -> NDArray[np.int64]:
    """Return days whose calls stopped for hours: much of the day's usual share is missing in one piece."""
    if len(grid.counted) < _FEW_DAYS:
        return np.array([], dtype=np.int64)
    calls, rows = grid.calls, grid.counted
    found = []
    for row in rows:
        alike = rows[(grid.design.weekdays[rows] == grid.design.weekdays[row]) & (rows != row)]
        if not len(alike) or grid.design.kinds[row] in (HOLIDAY, EVENT):
            continue
        usual = np.median(calls[alike], axis=0)
        if usual.sum() < 20:
            continue
        silent = (calls[row] == 0) & (usual > 0)
        if _longest_share(silent, usual) >= _SHAPE_CUT:
            found.append(int(row))
    return np.array(found, dtype=np.int64)


def _longest_share(silent: NDArray[np.bool_], usual: Array) -> float:
    """Return the largest share of the usual calls that one unbroken silence hides."""
    best = run = 0.0
    for quiet, calls in zip(silent, usual, strict=True):
        run = run + float(calls) if quiet else (run if calls == 0 else 0.0)
        best = max(best, run)
    return best / float(usual.sum())


def _surprising(grid: DayGrid) -> NDArray[np.int64]:
    set_aside = np.array([], dtype=np.int64)
    if len(grid.counted) < _ENOUGH_DAYS:
        return _surprising_in_few(grid)
    parts = kernels(grid.design)
    for _ in range(_ROUNDS):
        left = grid.without(set_aside)
        logs = np.log(left.calls[left.counted].sum(axis=1) + 0.5)
        residuals, deviations = DayModels(left, STEADY, parts).totals.surprises(logs)
        usual_size = 1.4826 * float(np.median(np.abs(deviations)))
        size = np.abs(deviations)
        bad = (size > _CUT * usual_size) & (np.abs(residuals) > _LEAST)
        bad &= ~np.isin(left.design.kinds[left.counted], (HOLIDAY, EVENT))
        if not bad.any():
            break
        bad &= size >= _WORST_FIRST * size[bad].max()
        set_aside = np.concatenate([set_aside, left.counted[bad]])
    return set_aside


def _but_new_levels(grid: DayGrid, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the days that are as unlike the days just before as they are unlike the days just after.

    A day that is like either stands at the edge of a new level, however surprising the step was.
    """
    logs = np.log(grid.calls[grid.counted].sum(axis=1) + 0.5)
    weekdays = grid.design.weekdays[grid.counted]
    for weekday in np.unique(weekdays):
        logs[weekdays == weekday] -= np.median(logs[weekdays == weekday])
    apart = []
    for at in np.searchsorted(grid.counted, rows):
        sides = (logs[max(0, at - _SIDE_DAYS) : at], logs[at + 1 : at + 1 + _SIDE_DAYS])
        steps = [abs(logs[at] - np.median(side)) for side in sides if len(side) >= _FEWEST_SIDE]
        apart.append(not steps or min(steps) > _LEAST)
    kept: NDArray[np.int64] = rows[np.array(apart, dtype=bool)]
    return kept


def _surprising_in_few(grid: DayGrid) -> NDArray[np.int64]:
    """Return days far from the median of the few that there are: over four times, or under a quarter of it."""
    if len(grid.counted) < _FEW_DAYS:
        return np.array([], dtype=np.int64)
    totals = grid.calls[grid.counted].sum(axis=1)
    weekend = grid.design.weekdays[grid.counted] >= 5
    bad = np.zeros(len(totals), dtype=bool)
    for group in (weekend, ~weekend):
        if group.sum() >= 4:
            middle = max(float(np.median(totals[group])), 1.0)
            bad |= group & ((totals > 4 * middle + 20) | (totals + 5 < middle / 4))
    return grid.counted[bad]


def _told(grid: DayGrid, row: int, usual: float, *, in_run: bool) -> UnusualDay:
    calls = float(grid.calls[row].sum())
    if not np.isfinite(usual) or usual <= 0:
        return UnusualDay(grid.design.days[row], calls, 0.0, "unlike all other days")
    ratio = calls / usual
    if in_run and 1.75 <= ratio <= 2.25:
        reason = f"{ratio:.1f} times the usual calls on days in a row: counted twice?"
    elif ratio > 1:
        reason = f"{ratio:.1f} times the usual calls"
    elif ratio < 0.75:
        reason = f"only {ratio:.0%} of the usual calls: an outage?"
    else:
        reason = "calls missing for hours, or fewer than usual"
    return UnusualDay(grid.design.days[row], calls, usual, reason)
