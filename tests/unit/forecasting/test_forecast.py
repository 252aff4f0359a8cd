"""The forecast as people and other parts see it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.errors import InvalidInput
from callback.forecasting.forecast import ForecastRow, forecast_volume
from tests.unit.forecasting.weeks import MONDAY, poisson_weeks

UTC_ZONE = ZoneInfo("UTC")
TWELVE_WEEKS_ON = MONDAY + timedelta(weeks=12)


def test_the_columns_have_their_fixed_names() -> None:
    assert ForecastRow._fields == ("start", "mean", "q10", "q25", "q50", "q75", "q90")


def test_every_interval_of_the_days_asked_for_has_a_row_with_quantiles_in_order() -> None:
    forecast = forecast_volume(poisson_weeks(12), TWELVE_WEEKS_ON, 7, UTC_ZONE)
    assert len(forecast.rows) == 7 * 24
    assert forecast.rows[0].start == datetime(2026, 3, 30, tzinfo=UTC_ZONE)
    for row in forecast.rows:
        assert 0 <= row.q10 <= row.q25 <= row.q50 <= row.q75 <= row.q90
    noon = forecast.rows[12]
    assert noon.q10 < noon.mean < noon.q90
    assert forecast.notes == ()
    assert forecast.calls == pytest.approx(sum(row.mean for row in forecast.rows))


def test_while_the_line_is_closed_every_column_is_exactly_zero() -> None:
    forecast = forecast_volume(
        poisson_weeks(12), TWELVE_WEEKS_ON, 2, UTC_ZONE, lambda start: 9 <= start.hour < 17
    )
    for row in forecast.rows:
        is_open = 9 <= row.start.hour < 17
        assert (row.mean > 0) == is_open
        assert is_open or row[1:] == (0.0,) * 6


def test_days_on_which_clocks_change_have_23_and_25_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring = forecast_volume(poisson_weeks(11), date(2026, 3, 29), 1, berlin)
    autumn = forecast_volume(poisson_weeks(11), date(2026, 10, 25), 1, berlin)
    assert (len(spring.rows), len(autumn.rows)) == (23, 25)


def test_the_future_beyond_the_first_day_is_not_used() -> None:
    past = poisson_weeks(12)
    first = MONDAY + timedelta(weeks=8)
    expected = forecast_volume(past.before(first), first, 3, UTC_ZONE)
    past.counts[56:] = 1e6
    assert forecast_volume(past, first, 3, UTC_ZONE).rows == expected.rows


def test_less_than_a_week_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(InvalidInput, match=r"6 days with calls .* import an older log"):
        forecast_volume(poisson_weeks(1), MONDAY + timedelta(days=6), 7, UTC_ZONE)


def test_thin_data_is_said_to_be_thin() -> None:
    forecast = forecast_volume(poisson_weeks(1), MONDAY + timedelta(days=7), 7, UTC_ZONE)
    assert forecast.accuracy is None
    notes = " ".join(forecast.notes)
    assert "Thin data: 7 days" in notes
    assert "chance alone" in notes
    assert "could not be tested" in notes


@pytest.mark.parametrize("days", [0, 367])
def test_an_absurd_number_of_days_is_refused(days: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 366"):
        forecast_volume(poisson_weeks(4), MONDAY + timedelta(weeks=4), days, UTC_ZONE)
