"""Two small models of whole days: a Poisson regression, and the leading profiles of a day.

Both read each day as a few numbers, expect those by `DayEffects`, and lay them out over the intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.day_calendar import ORDINARY
from callback.forecasting.day_effects import (
    DayEffects,
    Indices,
    Likeness,
    condition,
    covariance,
)
from callback.forecasting.day_grid import DayGrid
from callback.forecasting.history import Array

LOG_UNIT = 0.01  # variance of the logarithm of a day's calls that one unit of likeness stands for
PROFILE_HALF_LIFE_DAYS = 200.0
COMPONENTS = 4
_SPECIAL_DAY_CALLS = 60.0
_FEWEST_ORDINARY = 7
_SMOOTHINGS = (0.0, 0.7, 1.2, 2.0)
_SHRINKAGES = (30.0, 300.0, 3000.0)
_NOISES = (1.0, 3.0, 8.0)
_TO_MEAN = 0.5


@dataclass(frozen=True)
class DayModels:
    """The models on one grid with one likeness of days; what all origins share is worked out once."""

    grid: DayGrid
    like: Likeness

    @cached_property
    def _between(self) -> Array:
        return covariance(self.grid.design, self.like)

    @cached_property
    def _counted_calls(self) -> Array:
        return self.grid.calls[self.grid.counted]

    @cached_property
    def totals(self) -> DayEffects:
        """The process of the logarithm of a day's calls, with the chance in a count as noise."""
        chance = 1.0 / (self._counted_calls.sum(axis=1) + 0.5) / LOG_UNIT
        return condition(self._between, self.grid.counted, self.like.noise + chance)

    @cached_property
    def scores(self) -> tuple[DayEffects, ...]:
        """The processes of the profiles' scores, from little noise to much."""
        size = len(self.grid.counted)
        return tuple(
            condition(self._between, self.grid.counted, np.full(size, self.like.noise * noise))
            for noise in _NOISES
        )

    def poisson_regression(self, origin: int, targets: Indices) -> Array:
        """Return the calls that a Poisson regression expects on `targets` from the days before `origin`.

        log rate = day effect + weekday × interval effect; the latter shrunk to the mean of all weekdays and
        smoothed as far as a held-out quarter of the days likes best, the former from `DayEffects`.
        """
        known = self._known(origin)
        calls, days = self._counted_calls[:known], self.grid.counted[:known]
        logs = np.log(self._counted_calls.sum(axis=1) + 0.5)
        level = np.exp(self.totals.expect(logs[:, None], origin, targets)[:, 0])
        shares = self._shares(calls, days, origin, targets)
        mean: Array = level[:, None] * shares * self._to_mean
        return mean

    def day_profiles(self, origin: int, targets: Indices) -> Array:
        """Return the calls expected by the leading profiles of past days (singular value decomposition).

        The scores of each profile are a series of their own, expected by `DayEffects` with as much noise as
        its likelihood asks for. Roots of counts have a variance of ¼ whatever their rate.

        H. Shen and J. Z. Huang, *Interday forecasting and intraday updating of call center arrivals* (2008).
        """
        known = self._known(origin)
        calls = self._counted_calls[:known]
        width = _best_smoothing(calls)
        roots = np.sqrt(calls + 0.25)
        centre = smoothed(roots.mean(axis=0)[None], width)
        around = smoothed(roots, width) - centre
        _, vectors = np.linalg.eigh(around.T @ around)
        profiles = vectors[:, ::-1][:, :COMPONENTS]
        scores = np.zeros((len(self.grid.counted), profiles.shape[1]))
        scores[:known] = around @ profiles
        best = np.argmax([self._evidence(e, scores, known) for e in self.scores], axis=0)
        expected = np.column_stack(
            [
                self.scores[noise].expect(scores[:, [column]], origin, targets)[:, 0]
                for column, noise in enumerate(best)
            ]
        )
        fitted = _mean_of_root(centre + scores[:known] @ profiles.T)
        scale = calls.sum() / max(float(fitted.sum()), 1e-9)
        mean: Array = _mean_of_root(centre + expected @ profiles.T) * scale
        return mean

    def _known(self, origin: int) -> int:
        return int(np.searchsorted(self.grid.counted, origin))

    @staticmethod
    def _evidence(effects: DayEffects, scores: Array, known: int) -> Array:
        part = DayEffects(
            effects.counted[:known], effects.between, effects.inverse_factor[:known, :known]
        )
        return part.evidence(scores[:known])

    @cached_property
    def _to_mean(self) -> float:
        """The mean of a log-normal level over its median, from the usual surprise of a day."""
        logs = np.log(self._counted_calls.sum(axis=1) + 0.5)
        residuals, _ = self.totals.surprises(logs)
        spread = 1.4826 * float(np.median(np.abs(residuals)))
        chance = float(np.median(1.0 / (self._counted_calls.sum(axis=1) + 0.5)))
        return float(np.exp(_TO_MEAN * min(max(spread**2 - chance, 0.0), 0.04)))

    def _shares(self, calls: Array, days: Indices, origin: int, targets: Indices) -> Array:
        design = self.grid.design
        weights = 0.5 ** ((origin - 1 - days) / PROFILE_HALF_LIFE_DAYS)
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


def _mean_of_root(root: Array) -> Array:
    """Return the mean count whose root √(count + ¼) is expected to be `root`.

    E[root]² + variance − ¼; the variance grows from nothing, where nobody calls, to a quarter.
    """
    excess = np.maximum(np.maximum(root, 0.0) ** 2 - 0.25, 0.0)
    mean: Array = excess + 0.25 * -np.expm1(-2.0 * excess)
    return mean


def smoothed(rows: Array, width: float) -> Array:
    """Return rows smoothed over neighbouring intervals, round midnight, by a bell of `width` intervals."""
    if width <= 0 or rows.shape[1] < 9:
        return rows
    steps = np.arange(-4, 5)
    bell = np.exp(-0.5 * (steps / width) ** 2)
    bell /= bell.sum()
    padded = np.pad(rows, ((0, 0), (4, 4)), mode="wrap")
    return np.asarray(
        sum(weight * padded[:, at : at + rows.shape[1]] for at, weight in enumerate(bell))
    )


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


def _best_smoothing(calls: Array) -> float:
    held = _held_out(len(calls))

    def likelihood(width: float) -> float:
        shares = smoothed(calls[~held].sum(axis=0)[None], width)[0]
        shares = np.maximum(shares / max(float(shares.sum()), 1e-9), 1e-9)
        return float((calls[held] * np.log(shares)).sum())

    return max(_SMOOTHINGS, key=likelihood)
