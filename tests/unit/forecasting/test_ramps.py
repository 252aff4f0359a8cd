"""The load while demand rises and falls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.forecasting.ramps import lagged_loads

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def _loads(calls: list[float], handle: float, gap: int = 0) -> list[float]:
    starts = [EIGHT + n * HALF_HOUR + (n > 1) * gap * HALF_HOUR for n in range(len(calls))]
    return lagged_loads(starts, calls, HALF_HOUR, handle)


def test_a_steady_line_has_the_load_that_it_always_had() -> None:
    assert _loads([100, 100, 100], 180) == pytest.approx([10, 10, 10])


@given(calls=st.floats(1, 500), rises=st.floats(1, 10), handle=st.floats(30, 7200))
def test_the_load_goes_towards_that_of_the_calls_and_never_beyond(
    calls: float, rises: float, handle: float
) -> None:
    loads = _loads([calls, *[calls * rises] * 40], handle)
    low, high = (each * handle / 1800 for each in (calls, calls * rises))
    assert all(later >= sooner * (1 - 1e-6) for sooner, later in pairwise(loads))
    assert loads[0] == pytest.approx(low)
    assert low <= loads[1] * (1 + 1e-6)
    assert loads[-1] <= high * (1 + 1e-6)
    assert loads[-1] == pytest.approx(high, rel=0.01) or handle > 3600


def test_a_rising_interval_is_staffed_for_its_fullest_quarter() -> None:
    stays = exp(-1)
    quarters = [60 + (30 - 60) * (1 - stays), 60 + (30 - 60) * stays * (1 - stays)]
    assert _loads([60, 120], 900) == pytest.approx([30, max(quarters)])


def test_the_peak_comes_after_the_calls() -> None:
    loads = _loads([20, 100, 20, 20], 1800)
    assert loads[0] == pytest.approx(20)
    assert loads[1] > loads[2] > loads[3] > 20
    assert loads[2] > 2 * 20


def test_it_is_the_solution_of_its_equation() -> None:
    """Beside dm/dt = λ − m/h in small steps."""
    calls, handle, small = [30.0, 90.0, 60.0, 0.0, 45.0], 1200.0, 0.5
    load, found = calls[0] * handle / 1800, []
    for count in calls:
        quarters = [0.0, 0.0]
        for step in range(3600):
            load += small * (count / 1800 - load / handle)
            quarters[step // 1800] += load / 1800
        rises = quarters[1] > quarters[0]
        found.append(max(quarters) if rises else sum(quarters) / 2)
    found[3] = 0.0
    assert _loads(calls, handle) == pytest.approx(found, rel=2e-3)


def test_the_load_is_none_where_nobody_calls_and_little_is_left_after_a_gap() -> None:
    assert _loads([100, 0, 100], 600)[1] == 0
    opening = _loads([60, 60, 60, 60], 1800, gap=20)[2]
    assert 0 < opening < 60


def test_who_opens_with_long_calls_is_not_left_without_agents() -> None:
    assert _loads([0, 60, 60], 3600)[1] > 30
