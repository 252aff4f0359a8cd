"""The wave of the year: seen when it comes back, and else not."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from callback.forecasting.day_calendar import DayCalendar
from callback.forecasting.forecast import forecast_volume
from callback.forecasting.history import History
from callback.forecasting.yearly_wave import factors, without_wave, yearly_wave

FIRST = date(2020, 1, 1)
WEEK = np.array([1.2, 1.1, 1.0, 1.0, 1.1, 0.5, 0.4])


def _daily(days: int, wave: float, seed: int = 5) -> History:
    rng = np.random.default_rng(seed)
    dates = tuple(FIRST + timedelta(days=n) for n in range(days))
    rates = np.array([1000 * WEEK[day.weekday()] * _height(day, wave) for day in dates])
    counts = rng.poisson(rates * np.exp(rng.normal(0, 0.05, days)))
    return History(dates, 1440, counts[:, None].astype(float))


def _height(day: date, wave: float) -> float:
    return float(np.exp(wave * np.sin(2 * np.pi * day.timetuple().tm_yday / 365.25)))


def test_a_wave_that_comes_back_is_found() -> None:
    found = yearly_wave(_daily(4 * 365, 0.3), DayCalendar())
    days = [date(2024, month, 15) for month in range(1, 13)]
    expected = [_height(day, 0.3) for day in days]
    assert factors(found, days) == pytest.approx(expected, rel=0.05)
    assert factors(found, [date(2024, 12, 31)])[0] == pytest.approx(1.0, abs=0.05)


def test_no_wave_is_seen_where_there_is_none_or_too_little_of_it() -> None:
    assert np.abs(yearly_wave(_daily(4 * 365, 0.0), DayCalendar())).max() < 0.02
    assert not yearly_wave(_daily(3 * 365, 0.3), DayCalendar()).any()
    rare = _daily(4 * 365, 0.3)
    few = History(rare.days, 1440, np.floor(rare.counts / 500))
    assert not yearly_wave(few, DayCalendar()).any()


def test_a_summer_that_happened_once_is_not_believed() -> None:
    past = _daily(4 * 365, 0.0)
    once = np.array([day.year == 2021 and day.month in (6, 7) for day in past.days])
    past.counts[once] *= 1.6
    assert np.abs(yearly_wave(past, DayCalendar())).max() < 0.1


def test_what_is_taken_out_is_put_back() -> None:
    past = _daily(4 * 365, 0.3)
    wave = yearly_wave(past, DayCalendar())
    flat = without_wave(past, wave)
    np.testing.assert_allclose(flat.counts * factors(wave, past.days)[:, None], past.counts)
    by_month = [
        np.mean([c for d, c in zip(flat.days, flat.counts[:, 0], strict=True) if d.month == m])
        for m in (4, 10)
    ]
    assert by_month[0] == pytest.approx(by_month[1], rel=0.06)


def test_the_forecast_follows_the_wave_into_a_season_that_it_has_not_just_seen() -> None:
    first = date(2024, 2, 10)
    days = [first + timedelta(days=n) for n in range(28)]
    made = forecast_volume(_daily((first - FIRST).days, 0.4), first, 28, ZoneInfo("UTC"))
    rates = np.array([1000 * WEEK[day.weekday()] * _height(day, 0.4) for day in days])
    mean = np.array([row.mean for row in made.rows])
    assert np.abs(mean - rates).sum() / rates.sum() < 0.05
    assert "wave of the year" in " ".join(made.notes)
    width = np.array([row.q90 - row.q10 for row in made.rows])
    assert 1.8 < np.median(width / (rates * np.sqrt(0.05**2 + 1 / rates))) < 4.0
