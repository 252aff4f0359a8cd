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
CALIBRATIONS = st.builds(Calibration, st.floats(-2, 3), st.floats(0.2, 2))


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


@given(st.floats(1, 200), st.floats(0.25, 50), st.floats(0.5, 0.99), CALIBRATIONS)
def test_windows_are_kept_as_surely_as_asked_for_to_half_a_promise(
    mean: float, spread: float, chance: float, learnt: Calibration
) -> None:
    most = most_promises(Margin(mean, spread), chance, learnt)
    half_fewer, half_more = Margin(mean + 0.5, spread), Margin(mean - 0.5, spread)
    if most:
        assert learnt.chance(half_fewer.score(most)) >= chance - 1e-6
    assert learnt.chance(half_more.score(most)) <= chance + 1e-6


@given(st.floats(-20, 0.99), st.floats(0, 50), CALIBRATIONS)
def test_where_nothing_is_to_spare_nothing_is_promised_however_well_it_went(
    mean: float, spread: float, learnt: Calibration
) -> None:
    assert most_promises(Margin(mean, spread), 0.5, learnt) == 0


@given(st.floats(-20, 100), st.floats(0, 20), st.floats(0, 30), st.floats(0.5, 0.99), CALIBRATIONS)
def test_more_to_spare_never_means_fewer_promises(
    mean: float, more: float, spread: float, chance: float, learnt: Calibration
) -> None:
    scarce, ample = Margin(mean, spread), Margin(mean + more, spread)
    assert most_promises(scarce, chance, learnt) <= most_promises(ample, chance, learnt)


@given(st.floats(1, 100), st.floats(0, 30), st.integers(0, 200), st.integers(0, 200))
def test_windows_that_were_kept_never_make_the_next_one_smaller(
    mean: float, spread: float, kept: int, broken: int
) -> None:
    """The scores are all alike, so that only the outcomes speak."""
    margin = Margin(mean, spread)
    score = margin.score(most_promises(margin, 0.8, Calibration()))
    before = calibrated([score] * broken, [False] * broken)
    after = calibrated([score] * (kept + broken), [True] * kept + [False] * broken)
    assert after.chance(score) >= before.chance(score) - 1e-6


@given(st.floats(1, 100), st.floats(0, 30))
def test_the_surer_the_fewer(mean: float, spread: float) -> None:
    margin = Margin(mean, spread)
    bears = [most_promises(margin, chance, Calibration()) for chance in (0.5, 0.8, 0.9, 0.99)]
    assert bears == sorted(bears, reverse=True)


def test_without_experience_the_margin_is_believed() -> None:
    assert calibrated([], []) == Calibration(0.0, 1.0)


def test_one_broken_window_among_twenty_moves_little_and_many_move_much() -> None:
    one = calibrated([1.0] * 20, [number > 0 for number in range(20)])
    many = calibrated([1.0] * 500, [number % 2 == 0 for number in range(500)])
    assert one.chance(1.0) > 0.8
    assert many.chance(1.0) == pytest.approx(0.5, abs=0.03)


def test_the_truth_is_found_in_what_became_of_two_thousand_windows() -> None:
    """Windows are kept with Φ(0.4 + 0.6 × score): so it must be learnt, within chance."""
    draws = random.Random(7)
    scores = [draws.uniform(-2, 3) for _ in range(2000)]
    truth = NormalDist()
    kept = [draws.random() < truth.cdf(0.4 + 0.6 * score) for score in scores]
    learnt = calibrated(scores, kept)
    for score in (-1.0, 0.0, 1.0, 2.0):
        assert learnt.chance(score) == pytest.approx(truth.cdf(0.4 + 0.6 * score), abs=0.03)


def test_windows_sold_to_their_limit_come_to_be_kept_as_often_as_was_asked_for() -> None:
    """The margin is far too cautious at first: what agents manage is three spreads more than reckoned."""
    draws = random.Random(11)
    scores: list[float] = []
    kept: list[bool] = []
    learnt = Calibration()
    for number in range(1200):
        margin = Margin(draws.uniform(3, 12), 2.0)
        most = most_promises(margin, 0.8, learnt)
        sold = most if number % 2 else draws.randint(1, most)
        scores.append(margin.score(sold))
        kept.append(draws.gauss(margin.mean + 6.0, 2.0) >= sold - 0.5)
        if number % 50 == 0:
            learnt = calibrated(scores, kept)
    full = [kept[number] for number in range(201, 1200, 2)]
    assert sum(full) / len(full) == pytest.approx(0.8, abs=0.04)


def test_more_room_never_makes_a_promise_less_sure() -> None:
    upside_down = calibrated([-2.0] * 200 + [2.0] * 200, [True] * 200 + [False] * 200)
    assert upside_down.slope == 0.2
