"""The forecasts among which a line chooses, and the ladder of what a history is long enough for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from callback.forecasting.day_effects import Indices
from callback.forecasting.day_grid import DayGrid
from callback.forecasting.day_models import DayModels
from callback.forecasting.day_shape import interval_shares
from callback.forecasting.history import Array
from callback.forecasting.likeness import (
    DRIFTING,
    MOVING,
    STEADY,
    Likeness,
    kernels,
    learn_likeness,
)
from callback.forecasting.quiet_weekdays import quiet_weekdays
from callback.forecasting.trend import daily_growth

AVERAGE = "mean of last 4 same weekdays"
NAIVE = "seasonal naive"
ALL_WEEKDAYS = "mean of all same weekdays"
REGRESSION = "Poisson regression"
ENSEMBLE = "ensemble of regressions, day profiles and weekday means"
MOVING_ENSEMBLE = "regression and day profiles with a moving level"
MOVING_REGRESSION = "Poisson regression with a moving level"
GROWING_REGRESSION = "Poisson regression with growth"
THIN = "shrunk weekday mean"
YOUNG = "regression and shrunk weekday mean"
DAYS_FOR_BOTH = 7
DAYS_FOR_REGRESSION = 14
DAYS_FOR_PROFILES = 42
LEARNT_EVERY_DAYS = 56
PROFILE_WEIGHT = 2.0  # day profiles were the best single model on most logs and spans
AVERAGE_WEIGHT = 0.5  # plain means steady the ensemble, and lag behind a line that moves
ENSEMBLE_WEIGHT = 2.0 + 2 * PROFILE_WEIGHT + AVERAGE_WEIGHT


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
        return self._models(STEADY)

    def learnt_by(self, origin: int) -> DayModels:
        """The models with the likeness of days that the line's own days speak for.

        Learnt from the days before `origin`, or before a row up to eight weeks earlier, so that origins of a
        back-test share what is costly to learn and see nothing of what they forecast.
        """
        row = (
            self.whole.past
            - -(-(self.whole.past - origin) // LEARNT_EVERY_DAYS) * LEARNT_EVERY_DAYS
        )
        if row not in self._learnt:
            known = self.grid.counted[self.grid.counted < row]
            totals = self.grid.calls[known].sum(axis=1)
            like = learn_likeness(self._parts, known, totals) if len(known) else STEADY
            self._learnt[row] = self._models(like)
        return self._learnt[row]

    @cached_property
    def moving(self) -> DayModels:
        """The models with a level that wanders and comes back."""
        return self._models(MOVING)

    @cached_property
    def drifting(self) -> DayModels:
        """The models with a level that stays where it has gone."""
        return self._models(DRIFTING)

    @cached_property
    def _learnt(self) -> dict[int, DayModels]:
        return {}

    @cached_property
    def _parts(self) -> Mapping[str, Array]:
        return kernels(self.grid.design)

    def _models(self, like: Likeness) -> DayModels:
        return DayModels(self.grid, like, self._parts)

    def all_at(self, origin: int, targets: Indices) -> Mapping[str, Array]:
        """Return what each forecast expects on `targets` from the days before `origin`; closed is zero."""
        found = {
            AVERAGE: same_weekdays(self.whole, origin, targets, 4),
            NAIVE: same_weekdays(self.whole, origin, targets, 1),
            ALL_WEEKDAYS: same_weekdays(self.whole, origin, targets, None),
            THIN: shrunk_weekdays(self.grid, origin, targets),
        }
        known = int(np.searchsorted(self.grid.counted, origin))
        if known >= DAYS_FOR_BOTH:
            shares = interval_shares(self.grid, origin, targets)
            regression = self.steady.poisson_regression(origin, targets, shares)
            found[YOUNG] = (regression + found[THIN]) / 2
        if known >= DAYS_FOR_REGRESSION:
            found[REGRESSION] = regression
            found[MOVING_REGRESSION] = self.drifting.poisson_regression(origin, targets, shares)
            found[GROWING_REGRESSION] = self.moving.poisson_regression(
                origin, targets, shares, daily_growth(self.grid, origin)
            )
        if known >= DAYS_FOR_PROFILES:
            learnt, steady = self.learnt_by(origin), self.steady
            both = found[REGRESSION] + learnt.poisson_regression(origin, targets, shares)
            shapes = steady.day_profiles(origin, targets) + learnt.day_profiles(origin, targets)
            plain = AVERAGE_WEIGHT * found[THIN]
            found[ENSEMBLE] = (both + PROFILE_WEIGHT * shapes + plain) / ENSEMBLE_WEIGHT
            moving = self.drifting.day_profiles(origin, targets)
            found[MOVING_ENSEMBLE] = (found[MOVING_REGRESSION] + moving) / 2
        closed = self.grid.closed[targets]
        return {name: np.where(closed, 0.0, np.maximum(mean, 0.0)) for name, mean in found.items()}


def default_of(names: Mapping[str, object] | set[str]) -> str:
    """Return the highest rung of the ladder that the history reaches."""
    return next(name for name in (ENSEMBLE, REGRESSION, YOUNG, THIN) if name in names)


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

    Busy weekdays lend each other strength, and so do quiet ones; a weekday seen once
    counts half, seen four times four fifths. The shape is the weekday's own as far as it has calls to
    show for it.
    """
    rows = grid.counted[grid.counted < origin]
    weekdays, totals = grid.design.weekdays[rows], grid.calls[rows].sum(axis=1)
    overall = grid.calls[rows].mean(axis=0)
    quiet = quiet_weekdays(weekdays, totals)
    profiles = np.empty((7, grid.calls.shape[1]))
    for weekday in range(7):
        alike = weekdays == weekday
        peers = quiet[weekdays] == quiet[weekday]
        peers = peers if peers.any() else np.ones(len(rows), dtype=bool)
        total = (totals[alike].sum() + totals[peers].mean()) / (alike.sum() + 1)
        shape = grid.calls[rows][peers].sum(axis=0)
        shape = shape / shape.sum() if shape.sum() else overall / max(float(overall.sum()), 1e-9)
        own = grid.calls[rows][alike].sum(axis=0)
        shape = (own + 300.0 * shape) / (own.sum() + 300.0)
        profiles[weekday] = total * shape
    return profiles[grid.design.weekdays[targets]]
