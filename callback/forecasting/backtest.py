"""The rolling-origin test: forecast past days from what was known before them, and compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.accuracy import Accuracy, bias, coverage, noise_floor, wape
from callback.forecasting.history import Array, History
from callback.forecasting.intervals import DAY
from callback.forecasting.spread import Spread, learn_spread
from callback.forecasting.volume import SEASONAL_NAIVE, RecentWeekdays, VolumeModel

DAYS_TO_LEARN = 7


@dataclass(frozen=True)
class TestPlan:
    """Which days are forecast from which: the last `weeks`, each from 1 to `leads` days ahead.

    As many `learning_weeks` before them are forecast too, to learn the spread from, but not scored.
    """

    __test__ = False

    weeks: int = 8
    learning_weeks: int = 8
    leads: int = 7
    every_days: int = 1


@dataclass(frozen=True)
class RollingForecasts:
    """What a model said at each origin, and what came: `[origin, lead − 1, slot]`.

    An origin is the first day forecast; the model saw only days before it. `actual` is NaN where nothing
    was counted.
    """

    origins: tuple[date, ...]
    mean: Array
    actual: Array

    @property
    def targets(self) -> NDArray[np.int64]:
        """The day forecast, as an ordinal, for each origin and lead."""
        first = np.array([origin.toordinal() for origin in self.origins], dtype=np.int64)
        return first[:, None] + np.arange(self.mean.shape[1])

    def spread_known_on(self, day: date) -> Spread:
        """Return the spread of the errors that had been seen before `day`."""
        seen = self.targets < day.toordinal()
        return learn_spread(self.mean[seen], self.actual[seen])


@dataclass(frozen=True)
class Backtest:
    """A model's accuracy, and the past forecasts from which its spread is learnt."""

    accuracy: Accuracy
    rolling: RollingForecasts


def roll(
    model: VolumeModel, history: History, origins: Sequence[date], leads: int
) -> RollingForecasts:
    """Refit `model` at each origin and forecast the `leads` days from it on."""
    shape = (len(origins), leads, history.slots)
    mean, actual = np.empty(shape), np.empty(shape)
    for index, origin in enumerate(origins):
        days = [origin + lead * DAY for lead in range(leads)]
        mean[index] = model.fit(history.before(origin)).predict(days)
        actual[index] = history.on(days)
    return RollingForecasts(tuple(origins), mean, actual)


def backtest(model: VolumeModel, history: History, plan: TestPlan | None = None) -> Backtest | None:
    """Return how `model` did on the last weeks of `history`, or None where that is too short to tell.

    At least a week to learn from and a week to score are needed.
    """
    plan = plan or TestPlan()
    origins = _origins(history, plan)
    if not origins:
        return None
    scored_from = max(history.days[-1] + DAY - 7 * plan.weeks * DAY, origins[0])
    rolling = roll(model, history, origins, plan.leads)
    naive = roll(SEASONAL_NAIVE, history, origins, plan.leads)
    counted = ~np.isnan(rolling.actual)
    counted &= (rolling.targets >= scored_from.toordinal())[:, :, None]
    if not rolling.actual[counted].any():
        return None
    actual = rolling.actual[counted]
    low, high = _bands(rolling)
    in_doubt = counted & (rolling.mean > 0)
    accuracy = Accuracy(
        model=model.name,
        target_days=len(np.unique(rolling.targets[counted.any(axis=2)])),
        intervals=len(actual),
        calls=float(actual.sum()),
        wape=wape(actual, rolling.mean[counted]),
        bias=bias(actual, rolling.mean[counted]),
        coverage=coverage(rolling.actual[in_doubt], low[in_doubt], high[in_doubt]),
        naive_wape=wape(actual, naive.mean[counted]),
        naive_bias=bias(actual, naive.mean[counted]),
        noise_floor=_floor(history.since(scored_from)),
    )
    return Backtest(accuracy, rolling)


def _origins(history: History, plan: TestPlan) -> list[date]:
    counted = [
        day
        for day, row in zip(history.days, history.counts, strict=True)
        if not np.isnan(row).all()
    ]
    if len(counted) < 2 * DAYS_TO_LEARN:
        return []
    end = history.days[-1] + DAY
    first = max(counted[DAYS_TO_LEARN], end - 7 * (plan.weeks + plan.learning_weeks) * DAY)
    return [first + days * DAY for days in range(0, (end - first).days, plan.every_days)]


def _bands(rolling: RollingForecasts) -> tuple[Array, Array]:
    low, high = np.empty_like(rolling.mean), np.empty_like(rolling.mean)
    for index, origin in enumerate(rolling.origins):
        quantiles = rolling.spread_known_on(origin).quantiles(rolling.mean[index])
        low[index], high[index] = quantiles[..., 0], quantiles[..., -1]
    return low, high


def _floor(scored: History) -> float:
    """Return the noise floor with each weekday's mean count in an interval as its true rate."""
    counted = ~np.isnan(scored.counts)
    rates = RecentWeekdays(weeks=len(scored.days)).fit(scored).predict(scored.days)
    return noise_floor(rates[counted])
