"""The spread of a line's forecasts, learnt from the errors of those of the past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.count_spread import LEVELS, NORMAL_QUANTILES
from callback.forecasting.history import Array
from callback.forecasting.smoothing import smoothed
from callback.forecasting.spread import (
    FARTHER,
    LEAD_GROUPS,
    Indices,
    LeadSpread,
    Spread,
    group_of,
)

ENOUGH_ERRORS = 300
ENOUGH_DAYS = 4
ENOUGH_SPARSE_DAYS = 28
RECENT_DAYS = 35.0
_ROUGHNESSES = np.array([0.0, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4, 0.6])
_SLOT_PRIOR_DAYS = 10.0
_WEEKDAY_PRIOR_DAYS = 4.0
_PLACE_WIDTH = 1.2
_FEWEST_INDEPENDENT = 2.0
_MEMORY_DAYS = 14.0


@dataclass(frozen=True)
class PastForecasts:
    """Forecasts of days gone by, a row each: the mean per interval, what came (NaN if not counted), the lead in
    days (1 is the first day forecast), the age of the day forecast, and its weekday."""

    mean: Array
    actual: Array
    leads: Indices
    age_days: Indices
    weekdays: Indices

    def only(self, rows: NDArray[np.bool_]) -> PastForecasts:
        """Return some of the rows."""
        return PastForecasts(
            self.mean[rows],
            self.actual[rows],
            self.leads[rows],
            self.age_days[rows],
            self.weekdays[rows],
        )


def learn_spread(past: PastForecasts) -> Spread:
    """Return the spread of past forecasts.

    Split conformal prediction: the empirical quantiles of scaled errors, so that the band between q10 and
    q90 covers about 80 % of what comes, whatever the shape of the errors. Recent errors weigh more (half
    after five weeks), so that the band follows a line that has become rougher. A farther group is never
    less rough than a nearer one.
    """
    groups = group_of(past.leads)
    found: list[LeadSpread] = []
    for group in range(len(LEAD_GROUPS) + 1):
        mine = past.only(groups == group)
        usable = (mine.mean > 0) & ~np.isnan(mine.actual)
        days = len(np.unique(mine.age_days[usable.any(axis=1)]))
        enough = int(usable.sum()) >= ENOUGH_ERRORS and days >= ENOUGH_DAYS
        if not enough and days < ENOUGH_SPARSE_DAYS:
            break
        spread = _fit(mine, usable)
        found.append(spread.no_narrower_than(found[-1]) if found else spread)
    if found and len(found) <= len(LEAD_GROUPS):
        found.append(found[-1].times(FARTHER))
    return Spread(tuple(found))


def _fit(past: PastForecasts, usable: NDArray[np.bool_]) -> LeadSpread:
    """Return the spread of one group; each day forecast weighs the same, from however many origins it was."""
    _, places, seen = np.unique(past.age_days, return_inverse=True, return_counts=True)
    weights = usable * (0.5 ** (past.age_days / RECENT_DAYS) / seen[places])[:, None]
    errors = np.where(usable, past.actual - past.mean, 0.0)
    mean = np.where(usable, past.mean, 1.0)
    roughness = _roughness(mean[usable], errors[usable], weights[usable])
    scores = errors / np.sqrt(mean + (roughness * mean) ** 2)
    by_slot = _by_slot(scores, weights)
    by_weekday = _by_weekday(scores / by_slot, weights, past.weekdays)
    scores = scores / by_slot / by_weekday[past.weekdays][:, None]
    independent = _independent(scores, weights, places, float(np.median(past.leads)))
    order = np.argsort(scores[usable], kind="stable")
    sorted_scores, sorted_weights = scores[usable][order], weights[usable][order]
    below = (np.cumsum(sorted_weights) - 0.5 * sorted_weights) / sorted_weights.sum()
    at = np.interp(LEVELS, below, sorted_scores)
    middle = at[len(LEVELS) // 2]
    wide = middle + (at - middle) * _widening(independent)
    return LeadSpread(roughness, by_slot, by_weekday, wide)


def _roughness(mean: Array, errors: Array, weights: Array) -> float:
    """Return the roughness with which a normal distribution fits the errors best."""
    variances = mean + (_ROUGHNESSES[:, None] * mean) ** 2
    squares = (weights * errors**2 / variances).sum(axis=1) / weights.sum()
    logs = (weights * np.log(variances)).sum(axis=1) / weights.sum()
    return float(_ROUGHNESSES[np.argmin(logs + np.log(np.maximum(squares, 1e-12)))])


def _by_slot(scores: Array, weights: Array) -> Array:
    """Return how large errors of each interval are against those of all, shrunk as by ten ordinary days."""
    usual = float((weights * np.abs(scores)).sum() / weights.sum())
    sizes = smoothed((weights * np.abs(scores)).sum(axis=0)[None], _PLACE_WIDTH)[0]
    seen = smoothed(weights.sum(axis=0)[None], _PLACE_WIDTH)[0]
    shrunk: Array = (sizes + _SLOT_PRIOR_DAYS * usual) / (seen + _SLOT_PRIOR_DAYS)
    return shrunk / max(usual, 1e-9) if usual > 0 else np.ones(len(shrunk))


def _by_weekday(scores: Array, weights: Array, weekdays: Indices) -> Array:
    """Return the same for each weekday, shrunk as by four days."""
    usual = float((weights * np.abs(scores)).sum() / weights.sum())
    if usual <= 0:
        return np.ones(7)
    sums = np.zeros((7, 2))
    intervals = max(1.0, float((weights > 0).sum(axis=1).mean()))
    np.add.at(sums[:, 0], weekdays, (weights * np.abs(scores)).sum(axis=1) / intervals)
    np.add.at(sums[:, 1], weekdays, weights.sum(axis=1) / intervals)
    shrunk: Array = (
        (sums[:, 0] + _WEEKDAY_PRIOR_DAYS * usual) / (sums[:, 1] + _WEEKDAY_PRIOR_DAYS) / usual
    )
    return shrunk


def _independent(scores: Array, weights: Array, places: Indices, apart: float) -> float:
    """Return how many independent errors there are: the variance of one over that of the mean of all.

    Errors of one day hang together as far as its level was missed, and `apart` days in a row are missed alike
    by forecasts made so long before; what moves a line lasts about two weeks. W. G. Cochran,
    *Sampling Techniques* (1977), chapter 9.
    """
    by_day, sums = np.zeros(places.max() + 1), np.zeros(places.max() + 1)
    np.add.at(by_day, places, weights.sum(axis=1))
    np.add.at(sums, places, (weights * scores).sum(axis=1))
    seen = by_day > 0
    means = sums[seen] / by_day[seen]
    days = by_day.sum() ** 2 / (by_day**2).sum()
    cells = max(1.0, float((weights > 0).sum(axis=1).mean()))
    total = float((weights * scores**2).sum() / weights.sum())
    between = float((by_day[seen] * means**2).sum() / by_day.sum())
    apart = max(apart, _MEMORY_DAYS)
    shared = max(0.0, (between - total / cells) / max(1.0 - 1.0 / cells, 1e-9))
    of_mean = (max(total - shared, 0.0) / cells + shared * apart) / days
    return max(_FEWEST_INDEPENDENT, total / of_mean) if of_mean > 0 else _FEWEST_INDEPENDENT


def _widening(independent: float) -> Array:
    """Return for each level by how much few errors widen the band: Student's t over the normal quantile.

    t/z ≈ 1 + (z² + 1)/4n, from the expansion of R. A. Fisher and E. A. Cornish (1960).
    """
    widening: Array = 1.0 + (NORMAL_QUANTILES**2 + 1.0) / (4.0 * independent)
    return widening
