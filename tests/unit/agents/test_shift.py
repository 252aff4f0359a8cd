"""Shifts, and the agents who are planned in each interval."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.agents.shift import PlannedShift, agents_planned
from callback.errors import InvalidInput

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def shift(after_minutes: int, minutes: int, agents: float = 1.0) -> PlannedShift:
    start = NINE + timedelta(minutes=after_minutes)
    return PlannedShift(start, start + timedelta(minutes=minutes), agents)


def starts(number: int) -> list[datetime]:
    return [NINE + place * HALF_HOUR for place in range(number)]


def test_agents_are_added_up_and_who_comes_in_between_counts_in_part() -> None:
    shifts = [shift(0, 60), shift(0, 90, 3.0), shift(45, 30), shift(-600, 300), shift(600, 60)]
    assert agents_planned(shifts, starts(4), HALF_HOUR) == [4.0, 4.5, 3.5, 0.0]


def test_a_shift_that_began_the_day_before_still_counts() -> None:
    assert agents_planned([shift(-120, 150)], starts(2), HALF_HOUR) == [1.0, 0.0]


@given(
    st.lists(st.tuples(st.integers(-600, 900), st.integers(1, 1440), st.integers(0, 9)), max_size=9)
)
def test_the_plan_holds_exactly_the_hours_of_its_shifts(drawn: list[tuple[int, int, int]]) -> None:
    shifts = [shift(after, minutes, agents) for after, minutes, agents in drawn]
    begin = NINE - timedelta(hours=11)
    whole = [begin + place * HALF_HOUR for place in range(150)]
    hours = sum(each.agents * ((each.ends_at - each.starts_at) / HALF_HOUR) for each in shifts)
    assert sum(agents_planned(shifts, whole, HALF_HOUR)) == pytest.approx(hours)


@pytest.mark.parametrize(
    ("minutes", "agents"), [(0, 1.0), (-5, 1.0), (1441, 1.0), (60, -1.0), (60, 1e6)]
)
def test_what_can_be_no_shift_is_refused(minutes: int, agents: float) -> None:
    with pytest.raises(InvalidInput):
        shift(0, minutes, agents)


def test_no_number_is_no_number_of_agents() -> None:
    with pytest.raises(InvalidInput):
        shift(0, 60, float("nan"))
