"""The load while demand rises and falls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callback.forecasting.ramps import lagged_loads

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def _loads(calls: list[float], handle: float, gap: int = 0) -> list[float]:
    starts = [EIGHT + n * HALF_HOUR + (n > 1) * gap * HALF_HOUR for n in range(len(calls))]
    return lagged_loads(starts, calls, HALF_HOUR, handle)


def test_a_steady_line_has_the_load_that_it_always_had() -> None:
    assert _loads([100, 100, 100], 180)[1:] == pytest.approx([10, 10])


def test_a_rising_interval_is_staffed_for_its_fullest_quarter() -> None:
    quarter_full = _loads([60, 120, 120, 60], 900)
    assert quarter_full == pytest.approx([30, 60, 60, 45])


def test_the_peak_comes_a_handle_time_after_the_calls() -> None:
    loads = _loads([20, 100, 20, 20], 1800)
    assert loads == pytest.approx([0, 20, 100, 20])


def test_the_load_is_none_where_nobody_calls_and_nothing_comes_out_of_a_gap() -> None:
    assert _loads([100, 0, 100], 600)[1] == 0
    assert _loads([60, 60, 60, 60], 1800, gap=20)[2] == pytest.approx(0)


def test_nothing_is_lost_or_made_where_demand_falls() -> None:
    falling = _loads([90, 60, 30, 30], 600)
    assert falling[1] == pytest.approx((10 * 3 + 20 * 2) * 600 / 1800)
