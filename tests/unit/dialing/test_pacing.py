"""The pace at which calls are placed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.dialing.pacing import FULL_FOR, may_place_at, window_of

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("per_second", "seconds", "allowed"),
    [(1, 1, 1), (0.5, 2, 1), (5, 1, 5), (2.9, 1, 2), (50, 1, 50)],
)
def test_a_window_is_at_least_a_second_and_holds_at_least_one_call(
    per_second: float, seconds: int, allowed: int
) -> None:
    assert window_of(per_second) == (timedelta(seconds=seconds), allowed)


@given(st.floats(0.01, 200))
def test_a_window_never_holds_more_calls_than_the_rate_allows(per_second: float) -> None:
    window, allowed = window_of(per_second)
    assert allowed <= per_second * window.total_seconds() + 1e-6


def test_the_first_call_goes_out_at_once_and_the_next_waits_its_turn() -> None:
    assert may_place_at(NOW, 0, 1) == NOW
    assert may_place_at(NOW, 1, 1) == NOW + timedelta(seconds=1)
    assert may_place_at(NOW, 3, 1) == NOW + timedelta(seconds=3)
    assert may_place_at(NOW, 5, 5) == NOW + timedelta(seconds=0.2)


@given(st.integers(0, 500), st.floats(0.1, 100))
def test_who_was_planned_earlier_is_never_told_to_come_later(before: int, rate: float) -> None:
    assert may_place_at(NOW, before, rate) <= may_place_at(NOW, before + 1, rate)


def test_with_all_lines_taken_a_call_waits_for_one_to_end() -> None:
    assert may_place_at(NOW, 0, 1, legs_up=2, most_legs=2) == NOW + FULL_FOR
    assert may_place_at(NOW, 0, 1, legs_up=1, most_legs=2) == NOW
    assert may_place_at(NOW, 0, 1, legs_up=500) == NOW
