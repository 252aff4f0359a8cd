"""Growth, told from steps and from chance."""

from __future__ import annotations

import numpy as np
import pytest

from callback.forecasting.day_calendar import DayCalendar
from callback.forecasting.day_grid import day_grid
from callback.forecasting.history import History
from callback.forecasting.trend import daily_growth, damped_days
from tests.unit.forecasting.lines import line_of


def _growth(level: np.ndarray, days: int = 112) -> float:
    line = line_of(days)
    history = History(line.days, 30, np.round(line.counts * level[:days, None]))
    return daily_growth(day_grid(history, DayCalendar(), 28), days)


@pytest.mark.parametrize("a_day", [0.01, -0.006])
def test_clear_growth_is_found(a_day: float) -> None:
    assert _growth(np.exp(a_day * np.arange(112))) == pytest.approx(a_day, rel=0.25)


def test_a_steady_line_and_a_short_one_do_not_grow() -> None:
    assert _growth(np.ones(112)) == 0.0
    assert _growth(np.exp(0.01 * np.arange(20)), days=20) == 0.0


@pytest.mark.parametrize("at", [50, 84, 98])
def test_a_step_is_no_growth(at: int) -> None:
    assert _growth(np.where(np.arange(112) >= at, 1.5, 1.0)) == 0.0


def test_growth_fades() -> None:
    days = damped_days(np.array([1, 28, 10_000]))
    assert days[0] == pytest.approx(0.98)
    assert 20 < days[1] < 28
    assert days[2] == pytest.approx(49)
