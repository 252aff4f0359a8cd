"""Several lines served by one pool."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callback.errors import InvalidInput
from callback.forecasting.pooling import pooled
from callback.forecasting.staffing import StaffingPlan, StaffingTarget, plan_staffing
from tests.unit.builders import utc

HALF_HOUR = timedelta(minutes=30)
TARGET = StaffingTarget(0.8, 20, 180, shrinkage=0.3)


def plan(*calls: float, hour: int = 9) -> StaffingPlan:
    starts = [utc(2026, 3, 2, hour) + place * HALF_HOUR for place in range(len(calls))]
    return plan_staffing(starts, calls, HALF_HOUR, TARGET)


def test_fractions_are_added_up_and_rounded_once() -> None:
    lines = [plan(10.0)] * 10
    together = pooled(lines).rows[0]
    # Three agents on the phones are 4.29 on the rota: five each, 43 together.
    assert lines[0].rows[0].scheduled == 5
    assert together.scheduled == 43
    assert together.scheduled_exact == pytest.approx(30 / 0.7)
    assert (together.calls, together.agents) == (100.0, 30)


def test_what_callers_fare_is_the_mean_over_calls() -> None:
    small, large = plan(5.0), plan(95.0)
    level = pooled([small, large]).rows[0].service_level
    expected = 0.05 * small.rows[0].service_level + 0.95 * large.rows[0].service_level
    assert level == pytest.approx(expected)


def test_where_nobody_calls_nobody_is_needed() -> None:
    row = pooled([plan(0.0), plan(0.0)]).rows[0]
    assert (row.agents, row.scheduled, row.occupancy, row.service_level) == (0, 0, 0.0, 1.0)


def test_one_line_is_its_own_pool() -> None:
    alone = plan(3.0, 40.0)
    for row, same in zip(pooled([alone]).rows, alone.rows, strict=True):
        assert (row.agents, row.scheduled) == (same.agents, same.scheduled)
        assert row.occupancy == pytest.approx(same.occupancy)


def test_lines_of_other_intervals_are_not_pooled() -> None:
    with pytest.raises(InvalidInput, match="same intervals"):
        pooled([plan(3.0), plan(3.0, hour=10)])
