"""The forecast that people and other parts use: calls per interval with a band, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from callback.errors import InvalidInput
from callback.forecasting.accuracy import Accuracy
from callback.forecasting.backtest import Backtest, TestPlan, backtest
from callback.forecasting.history import Array, History
from callback.forecasting.intervals import DAY, interval_starts, slot_of
from callback.forecasting.spread import Spread
from callback.forecasting.volume import DEFAULT_MODEL, VolumeModel

FEWEST_DAYS = 7
THIN_DAYS = 28
FARTHEST_DAYS = 366


class ForecastRow(NamedTuple):
    """Expected calls in the interval from `start` (aware UTC), and the quantiles of what may come.

    Half of all counts lie between q25 and q75, and eight of ten between q10 and q90.
    """

    start: datetime
    mean: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float


@dataclass(frozen=True)
class Forecast:
    """Rows for every interval of the days forecast; `notes` say, in a sentence each, what to beware of.

    `accuracy` is None where the log is too short to test on.
    """

    zone: ZoneInfo
    interval_minutes: int
    model: str
    rows: tuple[ForecastRow, ...]
    accuracy: Accuracy | None
    notes: tuple[str, ...]

    @property
    def calls(self) -> float:
        """Expected calls in all."""
        return sum(row.mean for row in self.rows)


def forecast_volume(
    history: History,
    first: date,
    days: int,
    zone: ZoneInfo,
    open_at: Callable[[datetime], bool] | None = None,
    *,
    model: VolumeModel = DEFAULT_MODEL,
    plan: TestPlan | None = None,
) -> Forecast:
    """Forecast `days` local days from `first` on, out of what was counted before `first`.

    Where `open_at` says that the line is closed, every column is exactly zero.

    Raises:
        InvalidInput: fewer than seven days have been counted, or too many are asked for.

    """
    if not 1 <= days <= FARTHEST_DAYS:
        raise InvalidInput("days", f"{days}; must be 1 to {FARTHEST_DAYS}")
    known = history.before(first)
    if known.counted_days < FEWEST_DAYS:
        raise InvalidInput(
            "history",
            f"{known.counted_days} days with calls before {first}; a forecast needs at least"
            f" {FEWEST_DAYS}: import an older log",
        )
    tested = backtest(model, known, plan)
    spread = Spread(None) if tested is None else tested.rolling.spread_known_on(first)
    mean = model.fit(known).predict([first + day * DAY for day in range(days)])
    return Forecast(
        zone=zone,
        interval_minutes=history.interval_minutes,
        model=model.name,
        rows=_rows(mean, spread, first, days, zone, history.interval_minutes, open_at),
        accuracy=None if tested is None else tested.accuracy,
        notes=tuple(_notes(known, tested, spread)),
    )


def _rows(
    mean: Array,
    spread: Spread,
    first: date,
    days: int,
    zone: ZoneInfo,
    minutes: int,
    open_at: Callable[[datetime], bool] | None,
) -> tuple[ForecastRow, ...]:
    starts = list(interval_starts(first, first + (days - 1) * DAY, zone, minutes))
    places = [slot_of(start, zone, minutes) for start in starts]
    means = np.array([mean[(day - first).days, slot] for day, slot in places])
    if open_at is not None:
        means = np.where([open_at(start) for start in starts], means, 0.0)
    quantiles = spread.quantiles(means)
    return tuple(
        ForecastRow(start, float(expected), *(float(value) for value in around))
        for start, expected, around in zip(starts, means, quantiles, strict=True)
    )


def _notes(known: History, tested: Backtest | None, spread: Spread) -> list[str]:
    notes = []
    if known.counted_days < THIN_DAYS:
        notes.append(
            f"Thin data: {known.counted_days} days counted; below {THIN_DAYS} a week out of the ordinary"
            " weighs heavily."
        )
    if spread.scores is None:
        notes.append(
            "The band is that of chance alone: there are too few past forecasts to learn from."
        )
    if tested is None:
        notes.append("The forecast could not be tested: two weeks of counted days are needed.")
    elif not tested.accuracy.beats_naive:
        notes.append("Last week's figures would have done as well as this model.")
    return notes
