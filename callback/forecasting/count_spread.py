"""How far counts stray by chance alone, for lines whose past forecasts are too few to learn from."""

from __future__ import annotations

import math

import numpy as np

from callback.forecasting.history import Array

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
NORMAL_QUANTILES = np.array(
    [-1.959964, -1.2815516, -0.6744898, 0.0, 0.6744898, 1.2815516, 1.959964]
)
_DOUBT = 0.15
_NORMAL_FROM = 1_000.0


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
        return mean + math.sqrt(variance) * NORMAL_QUANTILES
    size = _DOUBT**-2
    counts = np.arange(math.ceil(mean + 12 * math.sqrt(variance)) + 12)
    steps = np.log((counts[1:] - 1 + size) / counts[1:]) + math.log(mean) - math.log(size + mean)
    logs = size * math.log(size / (size + mean)) + np.concatenate(([0.0], np.cumsum(steps)))
    return np.searchsorted(np.cumsum(np.exp(logs)), LEVELS).astype(float)
