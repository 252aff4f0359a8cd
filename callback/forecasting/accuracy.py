"""How good forecasts have been, in figures that can be compared between lines large and small."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from callback.forecasting.history import Array


@dataclass(frozen=True)
class Accuracy:
    """How a model did on days that it had not seen, beside what any forecast must be measured against.

    `target_days` days were forecast, each from several origins; `intervals` counts every such forecast of an
    interval once, and `calls` what came in them. Shares of the calls, 0–1 and more:

    * `wape`: sum of absolute errors over the sum of calls; 0.1 is ten calls off in a hundred.
    * `bias`: sum of errors over the sum of calls; positive means too much was forecast.
    * `coverage`: share of the intervals whose count fell between q10 and q90; 0.8 is right. Intervals for
      which nothing was expected have no band and are left out. NaN where that leaves none.
    * `naive_wape`, `naive_bias`: the same of the seasonal naive forecast, on the same intervals.
    * `average_wape`: that of the mean of the last four same weekdays, which any model must at least equal.
    * `noise_floor`: the WAPE of somebody who knows the true rates. What is above it can be learnt, what is
      below is chance.
    """

    model: str
    target_days: int
    intervals: int
    calls: float
    wape: float
    bias: float
    coverage: float
    naive_wape: float
    naive_bias: float
    average_wape: float
    noise_floor: float

    @property
    def beats_naive(self) -> bool:
        """Tell whether the model was better than taking last week's figures."""
        return self.wape < self.naive_wape


def wape(actual: Array, forecast: Array) -> float:
    """Return Σ|forecast − actual| / Σ actual over all intervals, NaN where nobody called at all."""
    calls = float(actual.sum())
    return float(np.abs(forecast - actual).sum()) / calls if calls else math.nan


def bias(actual: Array, forecast: Array) -> float:
    """Return Σ(forecast − actual) / Σ actual, NaN where nobody called at all."""
    calls = float(actual.sum())
    return float((forecast - actual).sum()) / calls if calls else math.nan


def coverage(actual: Array, low: Array, high: Array) -> float:
    """Return the share of intervals in which low ≤ actual ≤ high, NaN where there are none."""
    return float(((low <= actual) & (actual <= high)).mean()) if actual.size else math.nan


def poisson_error(rate: Array) -> Array:
    """Return the mean absolute error of knowing a Poisson count's rate: E|X − λ|.

    2 e^−λ λ^(⌊λ⌋+1) / ⌊λ⌋! (de Moivre's formula carried over to Poisson; Crow 1958), about √(2λ/π).
    """
    rate = np.asarray(rate, dtype=float)
    whole = np.floor(rate)
    factorials = np.vectorize(math.lgamma, otypes=[float])(whole + 1)
    logs = np.log(np.where(rate > 0, rate, 1.0))
    errors: Array = np.where(rate > 0, 2 * np.exp(-rate + (whole + 1) * logs - factorials), 0.0)
    return errors


def noise_floor(rates: Array) -> float:
    """Return the WAPE of a forecast that is always the true rate: Σ E|X − λ| / Σ λ."""
    calls = float(rates.sum())
    return float(poisson_error(rates).sum()) / calls if calls else math.nan
