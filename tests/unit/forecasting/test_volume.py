"""The mean of past same weekdays."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from callback.forecasting.volume import RecentWeekdays
from tests.unit.forecasting.weeks import MONDAY, history


def _mondays(values: list[float]) -> np.ndarray:
    counts = np.full((7 * len(values), 24), np.nan)
    counts[::7] = np.array(values)[:, None]
    return counts


def test_the_mean_is_that_of_the_last_four_same_weekdays() -> None:
    past = history(_mondays([1000, 10, 20, 30, 40]))
    predicted = RecentWeekdays(4).fit(past).predict([MONDAY + timedelta(days=35)])
    assert predicted == pytest.approx(np.full((1, 24), 25.0))


def test_seasonal_naive_repeats_the_last_counted_same_weekday() -> None:
    counts = _mondays([10, 20, 30])
    counts[14] = np.nan
    assert RecentWeekdays(1).fit(history(counts)).predict([MONDAY])[0, 0] == 20


def test_an_interval_not_counted_lately_takes_the_mean_of_earlier_ones() -> None:
    counts = _mondays([10, 20, 30, 40, 50, 60])
    counts[14:, 5] = np.nan
    predicted = RecentWeekdays(4).fit(history(counts)).predict([MONDAY])
    assert predicted[0, 5] == 15
    assert predicted[0, 6] == 45


def test_a_weekday_never_counted_takes_the_mean_of_all_days() -> None:
    counts = _mondays([10, 20])
    counts[1] = 60.0
    assert RecentWeekdays(4).fit(history(counts)).predict([MONDAY + timedelta(days=2)])[0, 0] == 30


def test_what_was_never_counted_on_any_day_is_zero() -> None:
    counts = _mondays([10])
    counts[:, 3] = np.nan
    assert RecentWeekdays(4).fit(history(counts)).predict([MONDAY])[0, 3] == 0
