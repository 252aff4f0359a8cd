"""Which weekdays are quiet."""

from __future__ import annotations

import numpy as np
import pytest

from callback.forecasting.quiet_weekdays import quiet_weekdays

WEEKDAYS = np.arange(14) % 7


def quiet(*week: float, times: float = 1.0) -> list[int]:
    totals = times * np.tile(np.array(week, dtype=float), 2)
    return np.flatnonzero(quiet_weekdays(WEEKDAYS, totals)).tolist()


@pytest.mark.parametrize(
    ("week", "found"),
    [
        ((130, 110, 100, 100, 105, 50, 40), [5, 6]),
        ((150, 140, 145, 130, 50, 20, 160), [4, 5]),  # the weekend of Israel
        ((100, 100, 100, 100, 100, 100, 20), [6]),
    ],
)
def test_a_clear_gap_tells_the_weekend_wherever_it_lies(
    week: tuple[float, ...], found: list[int]
) -> None:
    assert quiet(*week) == found


def test_without_a_gap_it_is_saturday_and_sunday() -> None:
    assert quiet(100, 95, 105, 100, 90, 80, 75) == [5, 6]


def test_a_gap_that_chance_makes_among_few_calls_is_none() -> None:
    assert quiet(1.5, 1.4, 1.45, 1.3, 0.5, 0.2, 1.6) == [5, 6]
    assert quiet(1.5, 1.4, 1.45, 1.3, 0.5, 0.2, 1.6, times=100) == [4, 5]


def test_one_busy_weekday_does_not_make_all_others_quiet() -> None:
    assert quiet(300, 100, 100, 100, 100, 90, 90) == [5, 6]


def test_weekdays_that_were_not_seen_are_what_they_are_elsewhere() -> None:
    seen = np.array([0, 1, 2, 3, 4])
    found = quiet_weekdays(seen, np.array([100.0, 100.0, 100.0, 100.0, 20.0]))
    assert np.flatnonzero(found).tolist() == [4, 5, 6]
    assert np.flatnonzero(quiet_weekdays(np.array([0]), np.array([9.0]))).tolist() == [5, 6]
