"""From calls to agents: shrinkage, occupancy and rounding."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.errors import InvalidInput
from callback.forecasting.staffing import (
    StaffingTarget,
    agents_needed,
    offered_load,
    plan_staffing,
    scheduled,
    staff_interval,
)

HALF_HOUR = timedelta(minutes=30)
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_hundred_calls_of_three_minutes_in_half_an_hour_are_ten_erlangs() -> None:
    assert offered_load(100, 180, HALF_HOUR) == pytest.approx(10)


@pytest.mark.parametrize(
    ("agents", "shrinkage", "on_rota"),
    [(14, 0.3, 20), (27, 0.1, 30), (9, 0.1, 10), (0, 0.3, 0), (1, 0.0, 1), (10, 0.35, 16)],
)
def test_shrinkage_divides_what_is_left(agents: int, shrinkage: float, on_rota: int) -> None:
    assert scheduled(agents, shrinkage) == on_rota


@given(agents=st.integers(0, 2000), shrinkage=st.floats(0, 0.9))
def test_the_rota_leaves_enough_people_and_not_one_too_many(agents: int, shrinkage: float) -> None:
    on_rota = scheduled(agents, shrinkage)
    assert on_rota * (1 - shrinkage) >= agents - 1e-6
    assert (on_rota - 1) * (1 - shrinkage) < agents or agents == 0


@pytest.mark.parametrize(
    ("load", "cap", "agents"),
    [(166.7, 0.85, 197), (600, 0.85, 706), (600, 1.0, 614), (10, 0.85, 14)],
)
def test_in_large_groups_the_occupancy_decides(load: float, cap: float, agents: int) -> None:
    target = StaffingTarget(0.8, 20, 300 if load != 10 else 180, highest_occupancy=cap)
    assert agents_needed(load, target) == agents


def test_an_interval_says_what_its_agents_achieve() -> None:
    row = staff_interval(NINE, 100, HALF_HOUR, StaffingTarget(0.8, 20, 180, shrinkage=0.3))
    assert (row.agents, row.scheduled) == (14, 20)
    assert row.service_level == pytest.approx(0.88835, abs=1e-6)
    assert row.occupancy == pytest.approx(0.714286, abs=1e-6)
    assert row.mean_wait_seconds == pytest.approx(7.83594, abs=1e-5)


def test_patience_asks_for_fewer() -> None:
    target = StaffingTarget(0.8, 20, 180, patience_seconds=120)
    row = staff_interval(NINE, 100, HALF_HOUR, target)
    assert row.agents == 12
    assert row.service_level >= 0.8


def test_no_calls_need_nobody() -> None:
    row = staff_interval(NINE, 0, HALF_HOUR, StaffingTarget(0.8, 20, 180, shrinkage=0.3))
    assert (row.agents, row.scheduled, row.service_level) == (0, 0, 1.0)


def test_paid_hours_keep_the_fraction_that_each_row_rounds_away() -> None:
    target = StaffingTarget(0.8, 20, 180, shrinkage=0.35)
    starts = [NINE + index * HALF_HOUR for index in range(4)]
    plan = plan_staffing(starts, [100, 100, 50, 0], HALF_HOUR, target)
    assert [row.agents for row in plan.rows] == [14, 14, 8, 0]
    assert plan.agent_hours == pytest.approx(18)
    assert plan.scheduled_hours == pytest.approx(18 / 0.65)
    assert sum(row.scheduled for row in plan.rows) / 2 > plan.scheduled_hours
    assert plan.peak is not None
    assert plan.peak.start == NINE


def test_intervals_may_have_handle_times_of_their_own() -> None:
    target = StaffingTarget(0.8, 20, 180)
    starts = [NINE + index * HALF_HOUR for index in range(2)]
    plan = plan_staffing(starts, [100, 100], HALF_HOUR, target, [180, 300])
    assert [row.agents for row in plan.rows] == [14, 21]


@given(st.lists(st.floats(0, 3000), min_size=2, max_size=2).map(sorted))
def test_more_calls_never_need_fewer_agents(calls: list[float]) -> None:
    target = StaffingTarget(0.8, 20, 180, highest_occupancy=0.9)
    less, more = (agents_needed(offered_load(c, 180, HALF_HOUR), target) for c in calls)
    assert less <= more


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"share": 1.0}, "target"),
        ({"seconds": -1}, "target"),
        ({"handle_seconds": 0}, "aht"),
        ({"shrinkage": 1.0}, "shrinkage"),
        ({"highest_occupancy": 0}, "occupancy"),
        ({"patience_seconds": math.inf}, "patience"),
    ],
)
def test_a_target_that_nobody_can_meet_is_refused(change: dict[str, float], field: str) -> None:
    good = {"share": 0.8, "seconds": 20.0, "handle_seconds": 180.0}
    with pytest.raises(InvalidInput) as refused:
        StaffingTarget(**{**good, **change})
    assert refused.value.field == field
