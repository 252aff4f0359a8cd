"""The shape of a week."""

from __future__ import annotations

from callback.forecasting.peaks import week_shape
from tests.unit.forecasting.weeks import poisson_weeks


def test_the_busiest_intervals_of_the_week_come_first() -> None:
    shape = week_shape(poisson_weeks(8))
    busiest = shape.busiest(3)
    assert [peak.calls for peak in busiest] == sorted(
        (peak.calls for peak in busiest), reverse=True
    )
    assert busiest[0].calls == shape.calls.max()
    assert busiest[0].weekday >= 4
    assert 13 * 60 <= busiest[0].minute <= 17 * 60
    assert shape.hours_with_calls == range(6, 24)
    assert shape.hourly(0, 3) == 0
