"""Two small models of whole days: a Poisson regression, and the leading profiles of a day.

Both read each day as a few numbers, expect those by `DayEffects`, and lay them out over the intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from callback.forecasting.day_effects import DayEffects, Indices, condition
from callback.forecasting.day_grid import DayGrid
from callback.forecasting.day_shape import best_smoothing
from callback.forecasting.history import Array
from callback.forecasting.likeness import LOG_UNIT, Likeness, covariance
from callback.forecasting.smoothing import smoothed
from callback.forecasting.trend import damped_days

COMPONENTS = 4
_NOISES = (1.0, 3.0, 8.0)
_TO_MEAN = 0.5


@dataclass(frozen=True)
class DayModels:
    """The models on one grid with one likeness of days; what all origins share is worked out once.

    `parts` are the `kernels` of the grid's days.
    """

    grid: DayGrid
    like: Likeness
    parts: Mapping[str, Array]

    @cached_property
    def _between(self) -> Array:
        return covariance(self.parts, self.like)

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

    def poisson_regression(
        self, origin: int, targets: Indices, shares: Array, growth: float = 0.0
    ) -> Array:
        """Return the calls that a Poisson regression expects on `targets` from the days before `origin`.

        log rate = day effect + weekday × interval effect; the former from `DayEffects`, the latter as `shares`
        of the day (`interval_shares`). With a daily `growth` of the logarithm days are compared as if it had
        not been, and it goes on for a while.
        """
        logs = np.log(self._counted_calls.sum(axis=1) + 0.5)
        logs -= growth * (self.grid.counted - origin)
        level = self.totals.expect(logs[:, None], origin, targets)[:, 0]
        level = np.exp(level + growth * damped_days(targets - origin))
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
        width = best_smoothing(calls)
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


def _mean_of_root(root: Array) -> Array:
    """Return the mean count whose root √(count + ¼) is expected to be `root`.

    E[root]² + variance − ¼; the variance grows from nothing, where nobody calls, to a quarter.
    """
    excess = np.maximum(np.maximum(root, 0.0) ** 2 - 0.25, 0.0)
    mean: Array = excess + 0.25 * -np.expm1(-2.0 * excess)
    return mean
