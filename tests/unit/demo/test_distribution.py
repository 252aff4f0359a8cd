from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from callback.demo.distribution import Durations, measured, patience


def test_shares_between_two_points_are_read_off_the_line_between_them() -> None:
    table = Durations((0.0, 0.5, 0.9), (10.0, 20.0, 100.0), mean_excess=50.0)
    assert table.at(0.0) == timedelta(seconds=10)
    assert table.at(0.25) == timedelta(seconds=15)
    assert table.at(0.7) == timedelta(seconds=60)


def test_the_tail_goes_on_with_the_mean_excess() -> None:
    table = Durations((0.0, 0.9), (0.0, 100.0), mean_excess=50.0)
    rng = Random(1)
    beyond = [table.at(0.9 + 0.1 * rng.random()).total_seconds() - 100 for _ in range(20_000)]
    assert min(beyond) >= 0
    assert sum(beyond) / len(beyond) == pytest.approx(50, rel=0.03)


def test_an_atom_at_the_beginning_is_kept() -> None:
    table = Durations((0.2, 1.0), (0.0, 10.0), mean_excess=0.0)
    assert table.at(0.1) == table.at(0.2) == timedelta(0)
    assert table.at(0.6) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("shares", "seconds"),
    [
        ((), ()),
        ((0.1,), (1.0, 2.0)),
        ((0.5, 0.1), (1.0, 2.0)),
        ((0.1, 0.5), (2.0, 1.0)),
        ((0.5, 1.1), (1, 2)),
    ],
)
def test_what_is_no_table_is_refused(shares: tuple[float, ...], seconds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"table|shares|durations"):
        Durations(shares, seconds, 1.0)


def test_json_gives_the_same_table_back() -> None:
    table = Durations((0.0, 0.9), (0.0, 100.0), mean_excess=50.0)
    assert Durations.from_json(table.to_json()) == table


def test_drawing_from_a_measured_table_has_the_mean_of_what_was_measured() -> None:
    rng = Random(7)
    sample = [rng.lognormvariate(5.0, 0.9) for _ in range(5_000)]
    table = measured(sample)
    drawn = [table.at(rng.random()).total_seconds() for _ in range(50_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(sum(sample) / len(sample), rel=0.03)


def test_nothing_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="no durations"):
        measured([])
    with pytest.raises(ValueError, match="nobody hung up"):
        patience([(10.0, False)])


def test_kaplan_and_meier_by_hand() -> None:
    # 10 people: one leaves at 10 of 10, at 20 two are answered, at 30 one of 7 leaves.
    waits = [(10.0, True), (20.0, False), (20.0, False), (30.0, True), *[(40.0, False)] * 6]
    table = patience(waits, at_risk_at_least=1)
    assert table.shares == (0.1, round(1 - 0.9 * 6 / 7, 4))
    assert table.seconds == (10.0, 30.0)
    assert table.mean_excess == (10 + 40 + 30 + 240) / 2


def test_the_answered_make_people_more_patient_than_those_who_left_look() -> None:
    rng = Random(3)
    waits = []
    for _ in range(20_000):
        willing, answered_after = rng.expovariate(1 / 300), rng.expovariate(1 / 100)
        waits.append((min(willing, answered_after), willing < answered_after))
    table = patience(waits)
    drawn = [table.at(rng.random()).total_seconds() for _ in range(20_000)]
    left = [seconds for seconds, hung_up in waits if hung_up]
    assert sum(left) / len(left) < 100
    assert sum(drawn) / len(drawn) == pytest.approx(300, rel=0.05)
