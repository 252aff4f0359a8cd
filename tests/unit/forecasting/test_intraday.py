"""The rest of a day from its morning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.forecasting.intraday import LARGEST_FACTOR, day_spread_of, level_of_day


def test_ten_calls_say_little_and_a_thousand_nearly_all() -> None:
    assert level_of_day(15, 10) == pytest.approx(1.045, abs=0.001)
    assert level_of_day(1500, 1000) == pytest.approx(1.4545, abs=0.001)


def test_nothing_due_says_nothing() -> None:
    assert level_of_day(50, 0) == 1.0


@given(st.floats(0, 1e5), st.floats(0.1, 1e5), st.floats(0.01, 1))
def test_the_level_lies_between_the_forecast_and_the_day(
    seen: float, expected: float, spread: float
) -> None:
    level = level_of_day(seen, expected, spread)
    ratio = seen / expected
    assert min(1.0, ratio) - 1e-9 <= level <= max(1.0, ratio) + 1e-9 or level in (
        LARGEST_FACTOR,
        1 / LARGEST_FACTOR,
    )


def test_days_that_differ_by_chance_alone_are_taken_for_alike() -> None:
    steady = day_spread_of([1.0] * 90, 1000)
    wild = day_spread_of([0.7, 1.3] * 45, 1000)
    assert steady < 0.04
    assert wild == pytest.approx(0.28, abs=0.02)
    assert day_spread_of([], 100) == 0.1
