"""How far from its mean a forecast may turn out: learnt from past errors, or from counts being counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from callback.forecasting.history import Array

LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)

ENOUGH_ERRORS = 300
_ROUGHNESS = (
    0.06  # error of the rate itself, as a share of it, in the scale by which errors are compared
)
_DOUBT = 0.10  # the same, assumed where there is no past to learn it from
_NORMAL_FROM = 1_000.0
_NORMAL = np.array(
    [-1.2815515655446004, -0.6744897501960817, 0.0, 0.6744897501960817, 1.2815515655446004]
)


def scale_of(mean: Array) -> Array:
    """Return the yardstick for errors around `mean`: √(mean + (0.06 mean)²).

    The first term is the chance in a Poisson count, the second the doubt about its rate.
    """
    yardstick: Array = np.sqrt(mean + (_ROUGHNESS * mean) ** 2)
    return yardstick


@dataclass(frozen=True)
class Spread:
    """Quantiles of past errors in units of their scale, at `LEVELS`; None where the past is too short."""

    scores: tuple[float, ...] | None

    def quantiles(self, mean: Array) -> Array:
        """Return the quantiles at `LEVELS` around `mean`, as a last axis; never negative, never crossing.

        Where nothing is expected nothing is spread: zero stays zero.
        """
        if self.scores is None:
            return count_quantiles(mean)
        around = mean[..., None] + scale_of(mean)[..., None] * np.array(self.scores)
        return np.maximum(np.where(mean[..., None] > 0, around, 0.0), 0.0)


def learn_spread(mean: Array, actual: Array) -> Spread:
    """Return the spread of past errors; `actual` is NaN where nothing was counted.

    The empirical quantiles of the scaled errors, as in split conformal prediction: with q10 and q90 of past
    forecasts the band between covers about 80 % of what comes, whatever the shape of the errors.
    """
    usable = (mean > 0) & ~np.isnan(actual)
    if int(usable.sum()) < ENOUGH_ERRORS:
        return Spread(None)
    scores = (actual[usable] - mean[usable]) / scale_of(mean[usable])
    return Spread(tuple(float(score) for score in np.quantile(scores, LEVELS)))


def count_quantiles(mean: Array) -> Array:
    """Return quantiles at `LEVELS` of a negative binomial with variance mean + (0.1 mean)².

    A Poisson count whose rate is itself uncertain by a tenth: the gamma mixture of Poissons. From 1000 on
    the normal distribution of that variance stands in.
    """
    flat = np.asarray(mean, dtype=float).ravel()
    quantiles = np.array([_negative_binomial(float(value)) for value in flat])
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
