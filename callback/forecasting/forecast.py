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
from callback.forecasting.backtest import choose, judge, roll, spread_known_at
from callback.forecasting.candidates import Candidates, default_of
from callback.forecasting.count_spread import LEVELS
from callback.forecasting.day_calendar import ORDINARY, DayCalendar
from callback.forecasting.day_grid import DayGrid, day_grid
from callback.forecasting.history import Array, History
from callback.forecasting.intervals import DAY, interval_starts, slot_of
from callback.forecasting.spread import Spread
from callback.forecasting.unusual_days import UnusualDay, find_unusual_days, rows_of
from callback.forecasting.yearly_wave import factors, without_wave, yearly_wave

FEWEST_DAYS = 7
THIN_DAYS = 28
FARTHEST_DAYS = 366
_TESTED_LEADS = 28


class ForecastRow(NamedTuple):
    """Expected calls in the interval from `start` (aware UTC), and the quantiles of what may come.

    Half of all counts lie between q25 and q75, eight of ten between q10 and q90.
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

    `accuracy` is None where the log is too short to test on. `low95` and `high95` bound, row by row, what
    comes in 95 of 100 intervals. `unusual` are the days from which nothing was learnt.
    """

    zone: ZoneInfo
    interval_minutes: int
    model: str
    rows: tuple[ForecastRow, ...]
    accuracy: Accuracy | None
    notes: tuple[str, ...]
    low95: tuple[float, ...] = ()
    high95: tuple[float, ...] = ()
    unusual: tuple[UnusualDay, ...] = ()

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
    special: DayCalendar | None = None,
) -> Forecast:
    """Forecast `days` local days from `first` on, out of what was counted before `first`.

    Where `open_at` or `special` say that the line is closed, every column is exactly zero; so it is where
    the record of the weekday or the interval says so.

    Raises:
        InvalidInput: less than a week has been counted, or too many days are asked for.

    """
    if not 1 <= days <= FARTHEST_DAYS:
        raise InvalidInput("days", f"{days}; must be 1 to {FARTHEST_DAYS}")
    special = special or DayCalendar()
    known = history.before(first)
    _check_enough(known, first)
    ahead = (first - known.days[-1]).days - 1 + days
    wave = yearly_wave(known, special)
    if wave.any():
        known = without_wave(known, wave)
    whole = day_grid(known, special, max(ahead, _TESTED_LEADS))
    if not len(whole.counted):
        return _silence(known, first, days, zone)
    unusual = find_unusual_days(whole)
    grid = whole.without(rows_of(whole, unusual))
    if not len(grid.counted):
        unusual, grid = [], whole
    candidates = Candidates(grid, whole)
    targets = np.arange(whole.past + ahead - days, whole.past + ahead)
    means = candidates.all_at(whole.past, targets)
    rolled = roll(candidates, _TESTED_LEADS, rows_of(whole, unusual))
    model = default_of(set(means)) if rolled is None else choose(rolled)
    accuracy = None if rolled is None else judge(rolled, model)
    spread = Spread() if rolled is None else spread_known_at(rolled, model, whole.past)
    mean, leads = means[model], targets - whole.past + 1
    special_days = whole.design.kinds[targets] != ORDINARY
    quantiles = spread.quantiles(mean, leads, whole.design.weekdays[targets], special_days)
    height = factors(wave, [first + n * DAY for n in range(days)])[:, None]
    mean, quantiles = mean * height, quantiles * height[..., None]
    rows, low, high = _rows(mean, quantiles, first, zone, history.interval_minutes, open_at)
    return Forecast(
        zone=zone,
        interval_minutes=history.interval_minutes,
        model=model,
        rows=rows,
        accuracy=accuracy,
        notes=tuple(_notes(whole, unusual, accuracy, spread, seasonal=bool(wave.any()))),
        low95=low,
        high95=high,
        unusual=tuple(unusual),
    )


def _check_enough(known: History, first: date) -> None:
    if len(known.days) < FEWEST_DAYS:
        raise InvalidInput(
            "history",
            f"{known.counted_days} days with calls before {first}; a forecast needs at least"
            f" {FEWEST_DAYS}: import an older log",
        )


def _silence(known: History, first: date, days: int, zone: ZoneInfo) -> Forecast:
    starts = interval_starts(first, first + (days - 1) * DAY, zone, known.interval_minutes)
    rows = tuple(ForecastRow(start, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0) for start in starts)
    zeros = (0.0,) * len(rows)
    note = "Nobody has called on any day of this log, so nobody is expected."
    return Forecast(zone, known.interval_minutes, "silence", rows, None, (note,), zeros, zeros)


def _rows(
    mean: Array,
    quantiles: Array,
    first: date,
    zone: ZoneInfo,
    minutes: int,
    open_at: Callable[[datetime], bool] | None,
) -> tuple[tuple[ForecastRow, ...], tuple[float, ...], tuple[float, ...]]:
    rows, low, high = [], [], []
    inner = slice(1, len(LEVELS) - 1)
    for start in interval_starts(first, first + (len(mean) - 1) * DAY, zone, minutes):
        day, slot = slot_of(start, zone, minutes)
        place = ((day - first).days, slot)
        is_open = open_at is None or open_at(start)
        around = quantiles[place] if is_open else np.zeros(len(LEVELS))
        expected = float(mean[place]) if is_open else 0.0
        rows.append(ForecastRow(start, expected, *(float(value) for value in around[inner])))
        low.append(float(around[0]))
        high.append(float(around[-1]))
    return tuple(rows), tuple(low), tuple(high)


def _notes(
    grid: DayGrid,
    unusual: list[UnusualDay],
    accuracy: Accuracy | None,
    spread: Spread,
    *,
    seasonal: bool,
) -> list[str]:
    notes = []
    if len(grid.counted) < THIN_DAYS:
        notes.append(
            f"Thin data: {len(grid.counted)} days counted; below {THIN_DAYS} a week out of the ordinary"
            " weighs heavily."
        )
    if not spread.by_lead:
        notes.append(
            "The band is that of chance alone: there are too few past forecasts to learn from."
        )
    if accuracy is None:
        notes.append("The forecast could not be tested: two weeks of counted days are needed.")
    elif not accuracy.beats_naive:
        notes.append("Last week's figures would have done as well as this model.")
    if seasonal:
        notes.append("The wave of the year is part of the forecast, as far as past years agree.")
    notes.extend(f"Set aside {found.day}: {found.reason}" for found in unusual)
    return notes
