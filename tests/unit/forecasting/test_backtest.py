"""Rolling origins, the choice of a model, and the judgement on it."""

from __future__ import annotations

import numpy as np
import pytest

from callback.forecasting.backtest import choose, judge, roll, spread_known_at
from callback.forecasting.candidates import (
    AVERAGE,
    ENSEMBLE,
    GROWING_REGRESSION,
    MOVING_ENSEMBLE,
    MOVING_REGRESSION,
    NAIVE,
    REGRESSION,
    THIN,
    YOUNG,
    Candidates,
    default_of,
)
from callback.forecasting.day_calendar import DayCalendar
from callback.forecasting.day_grid import DayGrid, day_grid
from callback.forecasting.history import History
from tests.unit.forecasting.lines import line_of, rates_of

NONE = np.array([], dtype=np.int64)


def _grid(history: History) -> DayGrid:
    return day_grid(history, DayCalendar(), 28)


def _rolled(history: History, leads: int = 7):
    grid = _grid(history)
    rolled = roll(Candidates(grid, grid), leads, NONE)
    assert rolled is not None
    return rolled


@pytest.mark.parametrize("name", [AVERAGE, NAIVE, THIN, REGRESSION, MOVING_REGRESSION, ENSEMBLE])
def test_no_forecast_sees_a_day_after_its_origin(name: str) -> None:
    past = line_of(84)
    changed = History(past.days, 30, past.counts.copy())
    changed.counts[70:] *= 3
    targets = np.arange(70, 77)
    first, second = (
        Candidates(grid, grid).all_at(70, targets)[name] for grid in map(_grid, (past, changed))
    )
    assert second == pytest.approx(first, rel=0.01)


def test_the_ladder_goes_by_the_length_of_the_history() -> None:
    targets = np.arange(7)
    for days, rung in ((10, YOUNG), (20, REGRESSION), (60, ENSEMBLE)):
        grid = _grid(line_of(days))
        assert default_of(set(Candidates(grid, grid).all_at(days, targets + days))) == rung


def test_a_stationary_line_is_forecast_near_its_floor_and_better_than_the_averages() -> None:
    accuracy = judge(_rolled(line_of(140)), ENSEMBLE)
    assert accuracy is not None
    assert accuracy.noise_floor < accuracy.wape < 0.93 * accuracy.average_wape
    assert accuracy.average_wape < accuracy.naive_wape
    assert abs(accuracy.bias) < 0.015
    assert 0.77 <= accuracy.coverage <= 0.84
    assert accuracy.target_days == 56


def test_a_steady_line_keeps_the_ladders_choice_and_a_growing_one_grows_on() -> None:
    assert choose(_rolled(line_of(140))) == ENSEMBLE
    growing = line_of(140)
    rng = np.random.default_rng(4)
    counts = rng.poisson(rates_of(140, 40.0) * np.exp(0.02 * np.arange(140))[:, None])
    rolled = _rolled(History(growing.days, 30, counts.astype(float)))
    chosen = choose(rolled)
    assert chosen == GROWING_REGRESSION
    better, staid = judge(rolled, chosen), judge(rolled, ENSEMBLE)
    assert better is not None
    assert staid is not None
    assert abs(better.bias) < abs(staid.bias)


def test_a_line_with_a_new_level_follows_it() -> None:
    past = line_of(140)
    past.counts[119:] = np.round(past.counts[119:] * 1.4)
    assert choose(_rolled(past)) in (MOVING_ENSEMBLE, MOVING_REGRESSION)


def test_the_band_at_an_origin_has_not_seen_what_comes_after() -> None:
    rolled = _rolled(line_of(140))
    middle = int(rolled.origins[20])
    mean, week, plain = np.full((7, 48), 20.0), np.arange(7), np.zeros(7, dtype=bool)
    known = spread_known_at(rolled, ENSEMBLE, middle)
    assert known.by_lead
    expected = known.quantiles(mean, week + 1, week, plain)
    rolled.actual[rolled.targets >= middle] = 1e9
    later = spread_known_at(rolled, ENSEMBLE, middle)
    np.testing.assert_array_equal(later.quantiles(mean, week + 1, week, plain), expected)


def test_too_little_history_cannot_be_tested() -> None:
    grid = _grid(line_of(13))
    assert roll(Candidates(grid, grid), 7, NONE) is None


def test_days_that_were_not_counted_are_not_scored() -> None:
    past = line_of(84)
    past.counts[past.weekdays == 2] = np.nan
    accuracy = judge(_rolled(past), AVERAGE)
    assert accuracy is not None
    assert accuracy.target_days == 48


def test_a_level_that_changed_ten_days_ago_is_followed() -> None:
    past = line_of(140)
    past.counts[130:] = np.round(past.counts[130:] * 1.4)
    assert choose(_rolled(past)) in (MOVING_ENSEMBLE, MOVING_REGRESSION)


def test_where_hardly_anybody_calls_nobody_who_expects_nobody_is_chosen() -> None:
    chosen = choose(_rolled(line_of(140, 0.25)))
    assert chosen not in (AVERAGE, THIN)
