"""The forecasts among which a line chooses, and the ladder of what a history is long enough for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from callback.forecasting.day_effects import MOVING, STEADY, Indices
from callback.forecasting.day_grid import DayGrid
from callback.forecasting.day_models import DayModels
from callback.forecasting.history import Array

AVERAGE = "mean of last 4 same weekdays"
NAIVE = "seasonal naive"
ALL_WEEKDAYS = "mean of all same weekdays"
REGRESSION = "Poisson regression"
ENSEMBLE = "mean of Poisson regression and day profiles"
MOVING_ENSEMBLE = "the same with a moving level"
MOVING_REGRESSION = "Poisson regression with a moving level"
THIN = "shrunk weekday mean"
DAYS_FOR_REGRESSION = 14
DAYS_FOR_PROFILES = 42

Predict = Callable[[int, Indices], Array]


@dataclass(frozen=True)
class Candidates:
    """Every forecast that can be made on one grid.

    `grid` is what the models learn from, unusual days set aside; `whole` what came, from which the plain
    averages are taken so that they stay the baseline that everybody knows.
    """

    grid: DayGrid
    whole: DayGrid

    @cached_property
    def steady(self) -> DayModels:
        """The models with a level that returns to its mean."""
        return DayModels(self.grid, STEADY)

    @cached_property
    def moving(self) -> DayModels:
        """The models with a level that wanders."""
        return DayModels(self.grid, MOVING)

    def all_at(self, origin: int, targets: Indices) -> Mapping[str, Array]:
        """Return what each forecast expects on `targets` from the days before `origin`; closed is zero."""
        found = {
            AVERAGE: same_weekdays(self.whole, origin, targets, 4),
            NAIVE: same_weekdays(self.whole, origin, targets, 1),
            ALL_WEEKDAYS: same_weekdays(self.whole, origin, targets, None),
            THIN: shrunk_weekdays(self.grid, origin, targets),
        }
        known = int(np.searchsorted(self.grid.counted, origin))
        if known >= DAYS_FOR_REGRESSION:
            found[REGRESSION] = self.steady.poisson_regression(origin, targets)
            found[MOVING_REGRESSION] = self.moving.poisson_regression(origin, targets)
        if known >= DAYS_FOR_PROFILES:
            for name, models, regression in (
                (ENSEMBLE, self.steady, REGRESSION),
                (MOVING_ENSEMBLE, self.moving, MOVING_REGRESSION),
            ):
                found[name] = (found[regression] + models.day_profiles(origin, targets)) / 2
        closed = self.grid.closed[targets]
        return {name: np.where(closed, 0.0, np.maximum(mean, 0.0)) for name, mean in found.items()}


def default_of(names: Mapping[str, object] | set[str]) -> str:
    """Return the highest rung of the ladder that the history reaches."""
    return next(name for name in (ENSEMBLE, REGRESSION, THIN) if name in names)


def same_weekdays(grid: DayGrid, origin: int, targets: Indices, weeks: int | None) -> Array:
    """Return the mean of the last `weeks` counted days of the weekday, or of all; else of any day."""
    rows = grid.counted[grid.counted < origin]
    anyday = grid.calls[rows].mean(axis=0)
    profiles = np.tile(anyday, (7, 1))
    for weekday in range(7):
        alike = rows[grid.design.weekdays[rows] == weekday]
        if weeks is not None:
            alike = alike[-weeks:]
        if len(alike):
            profiles[weekday] = grid.calls[alike].mean(axis=0)
    return profiles[grid.design.weekdays[targets]]


def shrunk_weekdays(grid: DayGrid, origin: int, targets: Indices) -> Array:
    """Return for thin data: weekday totals shrunk to those of the days like them, laid out by shared shape.

    Days of the working week lend each other strength, and so do Saturday and Sunday; a weekday seen once
    counts half, seen four times four fifths. The shape is the weekday's own as far as it has calls to
    show for it.
    """
    rows = grid.counted[grid.counted < origin]
    weekdays, totals = grid.design.weekdays[rows], grid.calls[rows].sum(axis=1)
    overall = grid.calls[rows].mean(axis=0)
    profiles = np.empty((7, grid.calls.shape[1]))
    for weekday in range(7):
        alike = weekdays == weekday
        peers = (weekdays >= 5) == (weekday >= 5)
        peers = peers if peers.any() else np.ones(len(rows), dtype=bool)
        total = (totals[alike].sum() + totals[peers].mean()) / (alike.sum() + 1)
        shape = grid.calls[rows][peers].sum(axis=0)
        shape = shape / shape.sum() if shape.sum() else overall / max(float(overall.sum()), 1e-9)
        own = grid.calls[rows][alike].sum(axis=0)
        shape = (own + 300.0 * shape) / (own.sum() + 300.0)
        profiles[weekday] = total * shape
    return profiles[grid.design.weekdays[targets]]
