"""Measures of accuracy, and the rolling-origin test that takes them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.forecasting.accuracy import bias, coverage, noise_floor, poisson_error, wape
from callback.forecasting.backtest import TestPlan, backtest, roll
from callback.forecasting.history import History
from callback.forecasting.volume import DEFAULT_MODEL, SEASONAL_NAIVE, WeekdayProfiles
from tests.unit.forecasting.weeks import MONDAY, poisson_weeks


def test_wape_and_bias_are_shares_of_the_calls() -> None:
    actual, forecast = np.array([10.0, 0.0, 30.0]), np.array([14.0, 2.0, 24.0])
    assert wape(actual, forecast) == pytest.approx(0.3)
    assert bias(actual, forecast) == pytest.approx(0.0)
    assert bias(actual, actual * 1.1) == pytest.approx(0.1)


def test_coverage_counts_the_edges_as_inside() -> None:
    assert coverage(np.array([1.0, 2.0, 3.0, 9.0]), np.full(4, 1.0), np.full(4, 3.0)) == 0.75


@given(st.floats(0.01, 40))
def test_the_poisson_error_equals_its_definition(rate: float) -> None:
    counts = np.arange(200)
    logs = counts * np.log(rate) - rate - np.cumsum(np.log(np.maximum(counts, 1)))
    expected = float((np.exp(logs) * np.abs(counts - rate)).sum())
    assert float(poisson_error(np.array(rate))) == pytest.approx(expected, rel=1e-9)


def test_the_noise_floor_falls_with_the_root_of_the_volume() -> None:
    assert noise_floor(np.full(5, 100.0)) == pytest.approx(np.sqrt(2 / np.pi / 100), rel=0.01)
    assert noise_floor(np.full(5, 1e6)) < noise_floor(np.full(5, 100.0)) / 90


class KnowsTheFuture:
    """A model that looks up what it is asked for, but only in what it was given."""

    name = "honest"

    def __init__(self) -> None:
        self.last_seen: list[object] = []

    def fit(self, history: History) -> WeekdayProfiles:
        self.last_seen.append(history.days[-1])
        return DEFAULT_MODEL.fit(history)


def test_each_origin_is_forecast_from_the_days_before_it_only() -> None:
    model, past = KnowsTheFuture(), poisson_weeks(4)
    origins = [MONDAY + timedelta(days=days) for days in (14, 15, 20)]
    rolling = roll(model, past, origins, 7)
    assert model.last_seen == [origin - timedelta(days=1) for origin in origins]
    assert rolling.actual[0, 0] == pytest.approx(past.counts[14])
    assert np.isnan(rolling.actual[2, 2:]).sum() == 0
    assert np.isnan(roll(model, past, [MONDAY + timedelta(days=27)], 7).actual[0, 1:]).all()


def test_a_stationary_line_is_forecast_near_its_noise_floor_and_better_than_naive() -> None:
    tested = backtest(DEFAULT_MODEL, poisson_weeks(24))
    assert tested is not None
    accuracy = tested.accuracy
    assert accuracy.beats_naive
    # A mean of four adds a quarter of the variance: √1.25; a single week doubles it: √2.
    assert accuracy.wape / accuracy.noise_floor == pytest.approx(np.sqrt(1.25), rel=0.02)
    assert accuracy.naive_wape / accuracy.wape == pytest.approx(np.sqrt(2 / 1.25), rel=0.05)
    assert abs(accuracy.bias) < 0.02
    assert 0.77 <= accuracy.coverage <= 0.83
    assert accuracy.target_days == 56


def test_the_naive_model_measured_against_itself_is_itself() -> None:
    tested = backtest(SEASONAL_NAIVE, poisson_weeks(10))
    assert tested is not None
    assert tested.accuracy.wape == tested.accuracy.naive_wape
    assert not tested.accuracy.beats_naive


def test_the_band_at_an_origin_has_not_seen_what_comes_after() -> None:
    tested = backtest(DEFAULT_MODEL, poisson_weeks(12))
    assert tested is not None
    rolling = tested.rolling
    middle = rolling.origins[30]
    known = rolling.spread_known_on(middle)
    rolling.actual[rolling.targets >= middle.toordinal()] = 1e9
    assert rolling.spread_known_on(middle) == known


@pytest.mark.parametrize("weeks", [1, 0])
def test_too_little_history_cannot_be_tested(weeks: int) -> None:
    assert backtest(DEFAULT_MODEL, poisson_weeks(weeks)) is None


def test_days_that_were_not_counted_are_not_scored() -> None:
    past = poisson_weeks(12)
    past.counts[past.weekdays >= 5] = np.nan
    tested = backtest(DEFAULT_MODEL, past, TestPlan(weeks=4))
    assert tested is not None
    assert tested.accuracy.target_days == 20
