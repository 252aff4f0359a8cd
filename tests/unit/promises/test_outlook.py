"""What a window can bear by plan and forecast, how sure that is, and what experience makes of it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.promises.capacity import Calibration, Margin, Outlook, calibrated, most_promises

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def outlook(*free: float, spread: float = 0.5, chance: float = 0.5, known: int = 99) -> Outlook:
    return Outlook(
        first=NINE,
        interval=HALF_HOUR,
        free=free,
        spread=[spread] * len(free),
        known=[place < known for place in range(len(free))],
        chance=chance,
    )


def window(after_minutes: int, minutes: int) -> tuple[datetime, datetime]:
    start = NINE + timedelta(minutes=after_minutes)
    return start, start + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("after", "minutes", "mean", "spread"),
    [
        (0, 30, 4.0, 0.5),
        (0, 15, 2.0, 0.25),
        (15, 30, 3.0, 0.5),
        (0, 60, 6.0, 1.0),
        (45, 15, 1, 0.25),
    ],
)
def test_a_window_takes_its_share_of_each_interval(
    after: int, minutes: int, mean: float, spread: float
) -> None:
    found = outlook(4.0, 2.0).margin(*window(after, minutes))
    assert found == Margin(pytest.approx(mean), pytest.approx(spread))


@pytest.mark.parametrize(("after", "minutes"), [(-15, 30), (45, 30), (60, 15), (600, 15)])
def test_outside_of_what_is_foreseen_nothing_is_known(after: int, minutes: int) -> None:
    assert outlook(4.0, 2.0).capacity(*window(after, minutes)) is None


def test_without_a_plan_nothing_is_known() -> None:
    ahead = outlook(4.0, 2.0, known=1)
    assert ahead.capacity(*window(0, 30)) == 4
    assert ahead.capacity(*window(15, 30)) is None


def test_a_short_interval_takes_from_its_neighbours() -> None:
    assert outlook(4.0, -3.0).capacity(*window(0, 60)) == 1
    assert outlook(2.0, -3.0).capacity(*window(0, 60)) == 0


@given(st.floats(-20, 200), st.floats(0, 50), st.floats(0.5, 0.99))
def test_all_that_is_promised_is_kept_at_least_so_surely_and_one_more_would_not_be(
    mean: float, spread: float, chance: float
) -> None:
    margin = Margin(mean, spread)
    most = most_promises(margin, chance, Calibration())
    if most:
        assert Calibration().chance(margin.score(most)) >= chance - 1e-6
        assert most <= mean + 1e-6
    one_more_is_sure = Calibration().chance(margin.score(most + 1)) >= chance + 1e-6
    assert not one_more_is_sure or most + 1 > mean


@given(st.floats(1, 100), st.floats(0, 30))
def test_the_surer_the_fewer(mean: float, spread: float) -> None:
    margin = Margin(mean, spread)
    bears = [most_promises(margin, chance, Calibration()) for chance in (0.5, 0.8, 0.9, 0.99)]
    assert bears == sorted(bears, reverse=True)


def test_without_experience_the_margin_is_believed() -> None:
    assert calibrated([], []) == Calibration(0.0, 1.0)


def test_a_few_broken_promises_move_little_and_many_move_much() -> None:
    few = calibrated([1.0] * 3, [False] * 3)
    many = calibrated([1.0] * 500, [number % 2 == 0 for number in range(500)])
    assert few.chance(1.0) > 0.7
    assert many.chance(1.0) == pytest.approx(0.5, abs=0.03)


def test_the_truth_is_found_in_what_became_of_two_thousand_promises() -> None:
    """Promises are kept with Φ(0.4 + 0.6 × score): so it must be learnt, within chance."""
    draws = random.Random(7)
    scores = [draws.uniform(-2, 3) for _ in range(2000)]
    truth = NormalDist()
    kept = [draws.random() < truth.cdf(0.4 + 0.6 * score) for score in scores]
    learnt = calibrated(scores, kept)
    for score in (-1.0, 0.0, 1.0, 2.0):
        assert learnt.chance(score) == pytest.approx(truth.cdf(0.4 + 0.6 * score), abs=0.03)


def test_more_room_never_makes_a_promise_less_sure() -> None:
    upside_down = calibrated([-2.0] * 200 + [2.0] * 200, [True] * 200 + [False] * 200)
    assert upside_down.slope == 0.2
