"""How far from its mean a forecast may turn out: a band of quantiles around it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.count_spread import LEVELS, count_quantiles
from callback.forecasting.history import Array

LEAD_GROUPS = (
    1,
    3,
    7,
    14,
)  # a lead belongs to the first that is not below it, or is farther than all
SPECIAL_WIDENING = 1.5
FARTHER = 1.2  # what is assumed of leads beyond those that could be tested

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class LeadSpread:
    """Errors at like leads: quantiles of (count − mean) / scale, at `LEVELS`.

    The scale is √(mean + (roughness × mean)²) × by_slot × by_weekday. Under the root the first term is the
    chance in a Poisson count, the second the doubt about its rate; the factors tell hours and weekdays that
    are harder to foresee than others.
    """

    roughness: float
    by_slot: Array
    by_weekday: Array
    scores: Array

    def scale(self, mean: Array, weekdays: Indices) -> Array:
        """Return the unit in which errors around `mean[day, slot]` are measured."""
        rough: Array = np.sqrt(mean + (self.roughness * mean) ** 2)
        return rough * self.by_slot * self.by_weekday[weekdays][:, None]

    def quantiles(self, mean: Array, weekdays: Indices, widening: Array) -> Array:
        """Return the quantiles around `mean[day, slot]`, as a last axis; `widening[day]` times as wide."""
        scale = self.scale(mean, weekdays) * widening[:, None]
        around: Array = mean[..., None] + scale[..., None] * self.scores
        return around

    def times(self, factor: float) -> LeadSpread:
        """Return a spread `factor` times as wide."""
        return replace(self, scores=factor * self.scores)

    def no_narrower_than(self, nearer: LeadSpread) -> LeadSpread:
        """Return the rougher of the two: who looks farther ahead is never surer."""
        return self if self.roughness >= nearer.roughness else nearer


@dataclass(frozen=True)
class Spread:
    """The spread for each group of leads, nearest first; empty where the past is too short to tell."""

    by_lead: tuple[LeadSpread, ...] = ()

    def quantiles(
        self, mean: Array, leads: Indices, weekdays: Indices, special: NDArray[np.bool_]
    ) -> Array:
        """Return the quantiles at `LEVELS` of `mean[day, slot]` as a last axis, never negative or crossing.

        `special` days are too few to learn a spread of their own from; theirs is half as wide again. Where
        nothing is expected nothing is spread: zero stays zero.
        """
        if not self.by_lead:
            return count_quantiles(mean)
        groups = np.minimum(group_of(leads), len(self.by_lead) - 1)
        around = np.empty((*mean.shape, len(LEVELS)))
        for group, spread in enumerate(self.by_lead):
            mine = groups == group
            widening = np.where(special[mine], SPECIAL_WIDENING, 1.0)
            around[mine] = spread.quantiles(mean[mine], weekdays[mine], widening)
        return np.maximum(np.where(mean[..., None] > 0, around, 0.0), 0.0)


def group_of(leads: Indices) -> Indices:
    """Return the number of the group to which each lead (1 is the first day forecast) belongs."""
    return np.searchsorted(LEAD_GROUPS, leads)
