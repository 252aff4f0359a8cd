"""How many promises a window can bear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.promises.capacity import window_capacity

AGENTS = st.integers(0, 500)
WINDOW_MINUTES = st.integers(5, 240)
HANDLE_SECONDS = st.integers(1, 7200)


def capacity(agents: int, minutes: int, handle_seconds: int, limit: int | None = None) -> int:
    return window_capacity(
        agents, timedelta(minutes=minutes), timedelta(seconds=handle_seconds), limit
    )


@pytest.mark.parametrize(
    ("agents", "minutes", "handle_seconds", "bears"),
    [
        (4, 15, 180, 10),
        (1, 15, 180, 2),
        (1, 15, 450, 1),
        (1, 15, 451, 0),
        (0, 15, 180, 0),
        # Exactly 30 and 15; with rounding errors it would be one less.
        (11, 5, 55, 30),
        (11, 5, 110, 15),
    ],
)
def test_half_of_what_the_agents_can_handle_is_promised(
    agents: int, minutes: int, handle_seconds: int, bears: int
) -> None:
    assert capacity(agents, minutes, handle_seconds) == bears


@given(AGENTS, WINDOW_MINUTES, HANDLE_SECONDS)
def test_the_promises_take_no_more_than_half_the_agents_time_and_leave_none_of_it(
    agents: int, minutes: int, handle_seconds: int
) -> None:
    bears = capacity(agents, minutes, handle_seconds)
    at_work_seconds = agents * minutes * 60
    assert 2 * bears * handle_seconds <= at_work_seconds < 2 * (bears + 1) * handle_seconds


@given(AGENTS, WINDOW_MINUTES, HANDLE_SECONDS, st.integers(-5, 1000))
def test_a_limit_that_somebody_set_decides_alone(
    agents: int, minutes: int, handle_seconds: int, limit: int
) -> None:
    assert capacity(agents, minutes, handle_seconds, limit) == max(0, limit)
