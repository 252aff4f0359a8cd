"""How far from its mean a forecast may turn out: learnt from past errors, or from counts being counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.history import Array

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)

ENOUGH_ERRORS = 300
ENOUGH_DAYS = 4
LEAD_GROUPS = (
    1,
    3,
    7,
    14,
)  # a lead belongs to the first that is not below it, or is farther than all
SPECIAL_WIDENING = 1.5
RECENT_DAYS = 35.0
_ROUGHNESSES = np.array([0.0, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4, 0.6])
_DOUBT = 0.15
_NORMAL_FROM = 1_000.0
_NORMAL = np.array([-1.959964, -1.2815516, -0.6744898, 0.0, 0.6744898, 1.2815516, 1.959964])


@dataclass(frozen=True)
class LeadSpread:
    """Errors at like leads: quantiles of (count − mean) / √(mean + (roughness × mean)²), at `LEVELS`.

    The first term under the root is the chance in a Poisson count, the second the doubt about its rate.
    """

    roughness: float
    scores: tuple[float, ...]

    def quantiles(self, mean: Array, widening: Array) -> Array:
        """Return the quantiles around `mean[day, slot]`, as a last axis; `widening[day]` times as wide."""
        scale = np.sqrt(mean + (self.roughness * mean) ** 2) * widening[:, None]
        around: Array = mean[..., None] + scale[..., None] * np.array(self.scores)
        return around


@dataclass(frozen=True)
class Spread:
    """The spread for each group of leads, nearest first; empty where the past is too short to tell."""

    by_lead: tuple[LeadSpread, ...] = ()

    def quantiles(self, mean: Array, leads: NDArray[np.int64], special: NDArray[np.bool_]) -> Array:
        """Return the quantiles at `LEVELS` of `mean[lead, slot]` as a last axis, never negative or crossing.

        `special` days are too few to learn a spread of their own from; theirs is half as wide again. Where
        nothing is expected nothing is spread: zero stays zero.
        """
        if not self.by_lead:
            return count_quantiles(mean)
        groups = np.minimum(group_of(leads), len(self.by_lead) - 1)
        around = np.empty((*mean.shape, len(LEVELS)))
        for group, spread in enumerate(self.by_lead):
            around[groups == group] = spread.quantiles(
                mean[groups == group], np.where(special[groups == group], SPECIAL_WIDENING, 1.0)
            )
        return np.maximum(np.where(mean[..., None] > 0, around, 0.0), 0.0)


def group_of(leads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of the group to which each lead (1 is the first day forecast) belongs."""
    return np.searchsorted(LEAD_GROUPS, leads)


def learn_spread(
    mean: Array, actual: Array, leads: NDArray[np.int64], age_days: NDArray[np.int64]
) -> Spread:
    """Return the spread of past forecasts `mean[n, slot]`, made `leads[n]` days ahead, `age_days[n]` old.

    Split conformal prediction: the empirical quantiles of scaled errors, so that the band between q10 and
    q90 covers about 80 % of what comes, whatever the shape of the errors. Recent errors weigh more (half
    after five weeks), so that the band follows a line that has become rougher. A lead of four weeks leaves
    only as many independent errors as the past has spans of four weeks; as with Student's t, so few widen
    the band. A farther group is never less rough than a nearer one.
    """
    groups = group_of(leads)
    found: list[LeadSpread] = []
    for group in range(len(LEAD_GROUPS) + 1):
        mine = groups == group
        usable = mine[:, None] & (mean > 0) & ~np.isnan(actual)
        days = len(np.unique(age_days[mine & usable.any(axis=1)]))
        if int(usable.sum()) < ENOUGH_ERRORS or days < ENOUGH_DAYS:
            break
        weights = np.broadcast_to(0.5 ** (age_days / RECENT_DAYS)[:, None], mean.shape)[usable]
        apart = float(np.median(leads[mine]))
        spread = _fit(mean[usable], actual[usable], weights, max(2.0, days / apart))
        found.append(_no_narrower(spread, found[-1]) if found else spread)
    if found and len(found) <= len(LEAD_GROUPS):
        found.append(_wider(found[-1]))
    return Spread(tuple(found))


def _fit(mean: Array, actual: Array, weights: Array, independent: float) -> LeadSpread:
    errors = actual - mean
    variances = mean + (_ROUGHNESSES[:, None] * mean) ** 2
    squares = (weights * errors**2 / variances).sum(axis=1) / weights.sum()
    logs = (weights * np.log(variances)).sum(axis=1) / weights.sum()
    roughness = float(_ROUGHNESSES[np.argmin(logs + np.log(squares))])
    scores = errors / np.sqrt(mean + (roughness * mean) ** 2)
    order = np.argsort(scores, kind="stable")
    below = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    at = np.interp(LEVELS, below, scores[order])
    middle = at[len(LEVELS) // 2]
    wide = middle + (at - middle) * (1.0 + 0.4 / independent)
    return LeadSpread(roughness, tuple(float(score) for score in wide))


def _no_narrower(spread: LeadSpread, nearer: LeadSpread) -> LeadSpread:
    if spread.roughness >= nearer.roughness:
        return spread
    return LeadSpread(nearer.roughness, nearer.scores)


def _wider(spread: LeadSpread) -> LeadSpread:
    """Return what is assumed of leads beyond those that could be tested: a fifth wider."""
    return LeadSpread(spread.roughness, tuple(1.2 * score for score in spread.scores))


def count_quantiles(mean: Array) -> Array:
    """Return quantiles at `LEVELS` of a negative binomial with variance mean + (0.15 mean)².

    A Poisson count whose rate is itself uncertain: the gamma mixture of Poissons. From 1000 on the normal
    distribution of that variance stands in.
    """
    flat, places = np.unique(np.asarray(mean, dtype=float).ravel(), return_inverse=True)
    quantiles = np.array([_negative_binomial(float(value)) for value in flat])[places]
    return quantiles.reshape((*np.shape(mean), len(LEVELS)))


def _negative_binomial(mean: float) -> Array:
    if mean <= 0:
        return np.zeros(len(LEVELS))
    variance = mean + (_DOUBT * mean) ** 2
    if mean >= _NORMAL_FROM:
        return mean + math.sqrt(variance) * _NORMAL
    size = _DOUBT**-2
    counts = np.arange(math.ceil(mean + 12 * math.sqrt(variance)) + 12)
    steps = np.log((counts[1:] - 1 + size) / counts[1:]) + math.log(mean) - math.log(size + mean)
    logs = size * math.log(size / (size + mean)) + np.concatenate(([0.0], np.cumsum(steps)))
    return np.searchsorted(np.cumsum(np.exp(logs)), LEVELS).astype(float)
