"""What a line's days say of how alike they are."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from callback.forecasting.day_calendar import DayCalendar, day_design
from callback.forecasting.likeness import STEADY, Likeness, covariance, kernels, learn_likeness
from tests.unit.forecasting.weeks import MONDAY

DAYS = 196
DESIGN = day_design(
    [MONDAY + timedelta(days=n) for n in range(DAYS)], DayCalendar(), np.zeros(DAYS, dtype=bool)
)


def _learnt(logs: np.ndarray) -> Likeness:
    return learn_likeness(kernels(DESIGN), np.arange(DAYS), 10_000 * np.exp(logs))


def _noise_against(like: Likeness, name: str) -> float:
    return like.noise / float(getattr(like, name))


def test_days_are_as_alike_as_the_variances_of_what_they_share() -> None:
    found = covariance(kernels(DESIGN), STEADY)
    np.testing.assert_allclose(found, found.T)
    assert np.linalg.eigvalsh(found).min() > -1e-9
    assert found[70, 77] > found[70, 78]
    assert found[70, 71] > found[70, 100]


def test_a_line_of_clear_weekdays_says_that_weekdays_matter_and_noise_does_not() -> None:
    rng = np.random.default_rng(1)
    weekly = np.tile([0.3, 0.0, -0.1, 0.0, 0.1, -0.5, -0.8], DAYS // 7)
    clear = _learnt(weekly + rng.normal(0, 0.01, DAYS))
    noisy = _learnt(rng.normal(0, 0.2, DAYS))
    prior = _noise_against(STEADY, "weekday")
    assert _noise_against(clear, "weekday") < prior < _noise_against(noisy, "weekday")


def test_a_line_that_wanders_says_that_its_level_does() -> None:
    rng = np.random.default_rng(2)
    wandering = _learnt(np.cumsum(rng.normal(0, 0.08, DAYS)))
    still = _learnt(rng.normal(0, 0.08, DAYS))
    shared = [like.level + like.memory for like in (wandering, still)]
    assert shared[0] / wandering.noise > 4 * shared[1] / still.noise


def test_a_short_log_stays_near_what_is_believed_of_lines_in_general() -> None:
    rng = np.random.default_rng(3)
    few = np.arange(14)
    found = learn_likeness(kernels(DESIGN), few, 1000 * np.exp(rng.normal(0, 0.1, 14)))
    ratio = _noise_against(found, "weekday") / _noise_against(STEADY, "weekday")
    assert 0.2 < ratio < 5
