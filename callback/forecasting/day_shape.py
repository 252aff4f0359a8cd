"""How a day's calls spread over its intervals: the shape of each weekday."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.day_calendar import ORDINARY
from callback.forecasting.day_effects import Indices
from callback.forecasting.day_grid import DayGrid
from callback.forecasting.history import Array
from callback.forecasting.smoothing import smoothed

SHAPE_HALF_LIFE_DAYS = 200.0
_SPECIAL_DAY_CALLS = 60.0
_FEWEST_ORDINARY = 7
_SMOOTHINGS = (0.0, 0.7, 1.2, 2.0)
_SHRINKAGES = (30.0, 300.0, 3000.0)


def interval_shares(grid: DayGrid, origin: int, targets: Indices) -> Array:
    """Return the share of each interval in the calls of each of the `targets`, from the days before `origin`.

    A weekday's own shares are shrunk to those of all weekdays and smoothed as far as a held-out quarter of the
    days likes best; those of a special day are its kind's, as far as there were calls on such days.
    """
    days = grid.counted[grid.counted < origin]
    calls, design = grid.calls[days], grid.design
    weights = 0.5 ** ((origin - 1 - days) / SHAPE_HALF_LIFE_DAYS)
    ordinary = design.kinds[days] == ORDINARY
    if ordinary.sum() < _FEWEST_ORDINARY:
        ordinary[:] = True
    weighted = calls * weights[:, None]
    weekdays = design.weekdays[days]
    weekly = _chosen_shares(weighted[ordinary], weekdays[ordinary])
    shares = weekly[design.weekdays[targets]]
    for row, kind in enumerate(design.kinds[targets]):
        if kind != ORDINARY:
            alike = design.kinds[days] == kind
            own = calls[alike].sum(axis=0) + _SPECIAL_DAY_CALLS * shares[row]
            shares[row] = own / own.sum()
    return shares


def _weekly_shares(
    calls: Array, weekdays: NDArray[np.int64], shrinkage: float, width: float
) -> Array:
    overall = smoothed(calls.sum(axis=0)[None], width)[0]
    overall = overall / max(float(overall.sum()), 1e-9)
    sums = np.stack([calls[weekdays == weekday].sum(axis=0) for weekday in range(7)])
    sums = smoothed(sums, width)
    shares: Array = (sums + shrinkage * overall) / (sums.sum(axis=1, keepdims=True) + shrinkage)
    return shares


def _held_out(size: int) -> NDArray[np.bool_]:
    held: NDArray[np.bool_] = np.arange(size) % 4 == 3
    return held


def _chosen_shares(calls: Array, weekdays: NDArray[np.int64]) -> Array:
    """Return each weekday's shares of the intervals, shrunk and smoothed as held-out days like best."""
    held = _held_out(len(calls))

    def likelihood(choice: tuple[float, float]) -> float:
        shares = _weekly_shares(calls[~held], weekdays[~held], *choice)
        return float((calls[held] * np.log(np.maximum(shares[weekdays[held]], 1e-9))).sum())

    choices = [(shrinkage, width) for width in _SMOOTHINGS for shrinkage in _SHRINKAGES]
    return _weekly_shares(calls, weekdays, *max(choices, key=likelihood))


def best_smoothing(calls: Array) -> float:
    """Return the width of smoothing, in intervals, under which held-out days are likeliest."""
    held = _held_out(len(calls))

    def likelihood(width: float) -> float:
        shares = smoothed(calls[~held].sum(axis=0)[None], width)[0]
        shares = np.maximum(shares / max(float(shares.sum()), 1e-9), 1e-9)
        return float((calls[held] * np.log(shares)).sum())

    return max(_SMOOTHINGS, key=likelihood)
