"""What befalls a log, and what the forecast makes of it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from callback.forecasting.day_calendar import DayCalendar
from callback.forecasting.forecast import Forecast, forecast_volume
from callback.forecasting.history import History, without_gaps
from tests.unit.forecasting.lines import MONDAY, line_of, rates_of

UTC_ZONE = ZoneInfo("UTC")


def _forecast(history: History, special: DayCalendar | None = None, days: int = 7) -> Forecast:
    first = history.days[-1] + timedelta(days=1)
    return forecast_volume(without_gaps(history), first, days, UTC_ZONE, None, special)


def _error(
    forecast: Forecast, days: int = 7, rate: float = 20.0, *, weekends: bool = True
) -> float:
    mean = np.array([row.mean for row in forecast.rows]).reshape(days, 48)
    first = forecast.rows[0].start.weekday()
    true = np.roll(rates_of(7, rate, weekends=weekends), -first, axis=0)
    return float(np.abs(mean - true).sum() / true.sum())


def test_an_ordinary_line_has_no_unusual_days() -> None:
    forecast = _forecast(line_of(84))
    assert forecast.unusual == ()
    assert _error(forecast) < 0.06


def test_an_outage_is_found_told_and_does_not_weigh() -> None:
    past = line_of(84)
    past.counts[80] *= 0.05
    past.counts[73, 20:34] = 0.0
    forecast = _forecast(past)
    assert [found.day for found in forecast.unusual] == [past.days[73], past.days[80]]
    assert any("outage" in note for note in forecast.notes)
    assert _error(forecast) < 0.07


def test_a_flood_of_calls_is_set_aside() -> None:
    past = line_of(84)
    past.counts[81, 24] += 50_000
    forecast = _forecast(past)
    assert [found.day for found in forecast.unusual] == [past.days[81]]
    assert _error(forecast) < 0.07


@pytest.mark.parametrize("week", [4, 8, 11])
def test_a_week_counted_twice_is_set_aside_wherever_it_lies(week: int) -> None:
    past = line_of(84)
    past.counts[7 * week : 7 * week + 7] *= 2
    forecast = _forecast(past)
    assert {found.day for found in forecast.unusual} == set(past.days[7 * week : 7 * week + 7])
    assert any("counted twice" in note for note in forecast.notes)
    assert _error(forecast) < 0.08


def test_a_new_level_that_lasts_is_no_outlier() -> None:
    past = line_of(112)
    past.counts[84:] = np.round(past.counts[84:] * 1.5)
    forecast = _forecast(past)
    assert forecast.unusual == ()
    assert _error(forecast, rate=30.0) < 0.12


@pytest.mark.parametrize("factor", [0.6, 1.6])
@pytest.mark.parametrize("days", [7, 14, 28])
def test_the_first_days_of_a_new_level_are_not_all_taken_for_accidents(
    factor: float, days: int
) -> None:
    past = line_of(112)
    past.counts[-days:] = np.round(past.counts[-days:] * factor)
    forecast = _forecast(past)
    assert len(forecast.unusual) <= 1
    staid = _error(_forecast(line_of(112)), rate=20.0 * factor)
    assert _error(forecast, rate=20.0 * factor) < 0.8 * abs(1 / factor - 1) + staid / 10


def test_ten_days_give_a_usable_forecast() -> None:
    forecast = _forecast(line_of(10))
    assert forecast.model == "regression and shrunk weekday mean"
    assert "Thin data: 10 days" in " ".join(forecast.notes)
    assert _error(forecast) < 0.2


@pytest.mark.parametrize("given", [True, False])
def test_closed_weekends_are_exactly_zero_whether_given_as_zeros_or_not_at_all(
    given: bool,
) -> None:
    past = line_of(80, weekends=False)
    if not given:
        past.counts[past.weekdays >= 5] = np.nan
    forecast = forecast_volume(without_gaps(past), MONDAY + timedelta(days=84), 7, UTC_ZONE)
    closed = [row for row in forecast.rows if row.start.weekday() >= 5]
    assert all(row[1:] == (0.0,) * 6 for row in closed)
    nights = [row for row in forecast.rows if row.start.hour < 8]
    assert all(row[1:] == (0.0,) * 6 for row in nights)
    assert _error(forecast, weekends=False) < 0.06


def test_a_third_of_the_days_missing_is_no_closing() -> None:
    past = line_of(84)
    missing = np.random.default_rng(6).random(84) < 0.3
    past.counts[missing] = np.nan
    forecast = _forecast(past)
    assert _error(forecast) < 0.08
    assert all(sum(r.mean for r in forecast.rows if r.start.weekday() == d) > 0 for d in range(7))


def test_a_line_that_nobody_called_expects_nobody() -> None:
    past = line_of(30)
    past.counts[:] = 0.0
    forecast = _forecast(past)
    assert forecast.calls == 0
    assert "Nobody has called" in forecast.notes[0]


def test_one_interval_a_day_is_forecast_in_that_interval() -> None:
    past = line_of(84)
    past.counts[:, np.arange(48) != 20] = 0.0
    forecast = _forecast(past)
    assert all(
        (row.mean > 0) == (row.start.hour == 10 and row.start.minute == 0) for row in forecast.rows
    )


def test_closed_days_of_the_calendar_are_zero_and_teach_nothing() -> None:
    past = line_of(84)
    past.counts[70] = 0.0
    closed = frozenset({past.days[70], past.days[-1] + timedelta(days=3)})
    forecast = _forecast(past, DayCalendar(closed=closed))
    by_day = np.array([row.mean for row in forecast.rows]).reshape(7, 48).sum(axis=1)
    assert by_day[2] == 0
    assert (np.delete(by_day, 2) > 0).all()
    assert forecast.unusual == ()


def test_an_event_is_learnt_from_earlier_ones_of_its_name() -> None:
    past = line_of(140)
    days = [past.days[at] for at in (40, 70, 100, 130)]
    for at in (40, 70, 100, 130):
        past.counts[at] = np.round(past.counts[at] * 1.6)
    coming = past.days[-1] + timedelta(days=3)
    events = dict.fromkeys([*days, coming], "billing run")
    plain, learnt = _forecast(past), _forecast(past, DayCalendar(events=events))
    ratio = (
        np.array([row.mean for row in learnt.rows]).reshape(7, 48)[2].sum()
        / np.array([row.mean for row in plain.rows]).reshape(7, 48)[2].sum()
    )
    assert 1.35 < ratio < 1.7


def test_a_holiday_seen_once_is_shrunk() -> None:
    past = line_of(140)
    seen, coming = past.days[100], past.days[-1] + timedelta(days=3)
    past.counts[100] = np.round(past.counts[100] * 0.3)
    forecast = _forecast(past, DayCalendar(events={seen: "strike", coming: "strike"}))
    day = np.array([row.mean for row in forecast.rows]).reshape(7, 48)[2].sum()
    usual = rates_of(7)[2].sum()
    assert 0.3 < day / usual < 0.75
