"""The wait that a caller is told."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.lines.wait import (
    WEIGHT_OF_EXPECTATION,
    WaitEstimate,
    estimate_wait,
    estimate_wait_for_skill,
    leaving_rate,
    mean_handle,
)

AHEAD = st.integers(0, 500)
AGENTS = st.integers(1, 200)
HANDLE = st.timedeltas(timedelta(seconds=1), timedelta(hours=2))
NO_WAIT = WaitEstimate(timedelta(0), timedelta(0), timedelta(0))


def estimate(ahead: int, agents: int, handle: timedelta, free: int = 0) -> WaitEstimate:
    wait = estimate_wait(ahead, free, agents, handle)
    assert wait is not None
    return wait


@pytest.mark.parametrize(
    ("ahead", "free", "agents", "handle_seconds", "expected", "low", "high"),
    [
        # The next caller is served at the next departure: mean and deviation of one exponential.
        (0, 0, 1, 180, 180, 0, 360),
        (0, 0, 6, 180, 30, 0, 60),
        # k = 4 departures, 60 s apart: 240 s, give or take twice 60.
        (3, 0, 3, 180, 240, 120, 360),
        (8, 0, 10, 300, 270, 180, 360),
        # One is free for the first of two ahead; the caller then waits for two departures.
        (2, 1, 4, 240, 120, 120 - 60 * 2**0.5, 120 + 60 * 2**0.5),
        (3, 3, 4, 240, 60, 0, 120),
    ],
)
def test_the_wait_is_that_of_the_departures_before(
    ahead: int,
    free: int,
    agents: int,
    handle_seconds: int,
    expected: float,
    low: float,
    high: float,
) -> None:
    wait = estimate(ahead, agents, timedelta(seconds=handle_seconds), free)
    assert wait.expected == timedelta(seconds=expected)
    assert wait.low.total_seconds() == pytest.approx(low, abs=1e-4)
    assert wait.high.total_seconds() == pytest.approx(high, abs=1e-4)


@pytest.mark.parametrize(
    ("ahead", "skilled", "expected"),
    # Six agents take the four ahead 30 s apart; then one of two supervisors is free within 90 s, on average.
    [(4, 2, 4 * 30 + 90), (0, 2, 90), (4, 6, 4 * 30 + 30), (4, 1, 4 * 30 + 180)],
)
def test_who_asks_for_a_skill_waits_for_those_ahead_and_then_for_somebody_with_it(
    ahead: int, skilled: int, expected: float
) -> None:
    wait = estimate_wait_for_skill(ahead, 0, 6, skilled, timedelta(seconds=180))
    assert wait is not None
    assert wait.expected == timedelta(seconds=expected)
    assert timedelta(0) <= wait.low <= wait.expected <= wait.high
    spread = math.sqrt(ahead * 30**2 + (180 / skilled) ** 2)
    assert wait.high.total_seconds() == pytest.approx(expected + spread, abs=1e-4)


@pytest.mark.parametrize(("agents", "skilled"), [(0, 1), (6, 0), (6, -1)])
def test_with_nobody_who_has_the_skill_there_is_no_honest_wait(agents: int, skilled: int) -> None:
    assert estimate_wait_for_skill(0, 0, agents, skilled, timedelta(seconds=180)) is None


RATES = st.floats(1e-5, 0.1)


def slow_sum(ahead: int, agents: int, handle: timedelta, leaving: float) -> tuple[float, float]:
    """The wait as its definition has it: one exponential time after the other."""
    rates = [agents / handle.total_seconds() + j * leaving for j in range(ahead + 1)]
    mean = sum(1 / rate for rate in rates)
    return mean, mean + math.sqrt(sum(1 / rate**2 for rate in rates))


@given(AHEAD, AGENTS, HANDLE, RATES)
def test_those_ahead_who_hang_up_shorten_the_wait_by_the_sum_of_its_definition(
    ahead: int, agents: int, handle: timedelta, leaving: float
) -> None:
    wait = estimate_wait(ahead, 0, agents, handle, leaving)
    assert wait is not None
    mean, high = slow_sum(ahead, agents, handle, leaving)
    assert wait.expected.total_seconds() == pytest.approx(mean, rel=1e-4, abs=1e-4)
    assert wait.high.total_seconds() == pytest.approx(high, rel=1e-4, abs=1e-4)
    assert wait.expected <= estimate(ahead, agents, handle).expected + timedelta(milliseconds=1)


def test_nobody_ahead_means_nobody_who_could_hang_up() -> None:
    assert estimate_wait(0, 0, 3, timedelta(minutes=3), 0.01) == estimate(
        0, 3, timedelta(minutes=3)
    )


def test_patience_is_what_all_have_waited_by_those_who_hung_up() -> None:
    # Before anything was seen, ten minutes; forty hang-ups in 3,000 s of waiting weigh four times as much.
    assert leaving_rate(0, 0) == pytest.approx(1 / 600)
    assert leaving_rate(40, 3_000) == pytest.approx(50 / 9_000)
    assert leaving_rate(0, 54_000) == pytest.approx(10 / 60_000)


@pytest.mark.parametrize("agents", [0, -1])
def test_with_nobody_at_work_there_is_no_honest_wait(agents: int) -> None:
    assert estimate_wait(0, 0, agents, timedelta(seconds=180)) is None


@given(AHEAD, st.integers(1, 50), AGENTS, HANDLE)
def test_an_agent_free_for_everyone_ahead_and_one_more_means_no_wait(
    ahead: int, more: int, agents: int, handle: timedelta
) -> None:
    assert estimate(ahead, agents, handle, free=ahead + more) == NO_WAIT


@given(AHEAD, AGENTS, HANDLE)
def test_more_people_ahead_mean_a_longer_wait(ahead: int, agents: int, handle: timedelta) -> None:
    shorter, longer = estimate(ahead, agents, handle), estimate(ahead + 1, agents, handle)
    assert shorter.expected < longer.expected
    assert shorter.low <= longer.low
    assert shorter.high < longer.high


@given(AHEAD, AGENTS, HANDLE)
def test_longer_calls_mean_a_longer_wait(ahead: int, agents: int, handle: timedelta) -> None:
    shorter = estimate(ahead, agents, handle)
    longer = estimate(ahead, agents, handle + timedelta(seconds=1))
    assert shorter.expected < longer.expected
    assert shorter.high < longer.high


@given(AHEAD, AGENTS, HANDLE)
def test_more_agents_mean_a_shorter_wait(ahead: int, agents: int, handle: timedelta) -> None:
    longer, shorter = estimate(ahead, agents, handle), estimate(ahead, agents + 1, handle)
    assert shorter.expected < longer.expected
    assert shorter.low <= longer.low
    assert shorter.high < longer.high


@given(AHEAD, st.integers(0, 50), AGENTS, HANDLE)
def test_the_expected_wait_lies_within_the_range_and_the_range_is_never_negative(
    ahead: int, free: int, agents: int, handle: timedelta
) -> None:
    wait = estimate(ahead, agents, handle, free)
    assert timedelta(0) <= wait.low <= wait.expected <= wait.high


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0, 0, (0, 1)), (0, 1, (0, 1)), (59, 61, (0, 2)), (60, 120, (1, 2)), (119, 121, (1, 3))],
)
def test_the_range_is_said_in_minutes_rounded_outwards(
    low: int, high: int, said: tuple[int, int]
) -> None:
    wait = WaitEstimate(timedelta(seconds=low), timedelta(seconds=low), timedelta(seconds=high))
    assert wait.range_minutes() == said


def test_before_the_first_call_the_line_s_expectation_counts() -> None:
    assert mean_handle(0, 0, 180) == timedelta(seconds=180)


def test_one_long_call_moves_the_handle_time_by_an_eleventh_of_the_difference() -> None:
    assert mean_handle(1, 180 + 1100, 180) == timedelta(seconds=280)


@given(
    st.lists(st.floats(1, 7200), min_size=1, max_size=50),
    st.floats(1, 7200),
)
def test_the_handle_time_lies_between_what_was_seen_and_what_was_expected(
    recent: list[float], expected: float
) -> None:
    seen = sum(recent) / len(recent)
    handle = mean_handle(len(recent), sum(recent), expected).total_seconds()
    assert min(seen, expected) - 1e-3 <= handle <= max(seen, expected) + 1e-3


def test_as_many_calls_as_the_expectation_weighs_meet_it_halfway() -> None:
    assert mean_handle(WEIGHT_OF_EXPECTATION, 100 * WEIGHT_OF_EXPECTATION, 200) == timedelta(
        seconds=150
    )
