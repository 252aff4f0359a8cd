from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from callback.demo.day import FIRST_RING, WISHES, Day
from callback.demo.draw import draw
from callback.demo.figures import Figures, shipped_figures
from callback.demo.numbers import AREAS, LINE_NUMBER, agent_number, number_of
from callback.demo.queueing import available, play

SEEDS = range(30)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return shipped_figures()


@pytest.fixture(scope="module")
def days(figures: Figures) -> list[Day]:
    return [draw(figures, seed) for seed in SEEDS]


def test_the_same_seed_gives_the_same_day(figures: Figures) -> None:
    assert draw(figures, 4) == draw(figures, 4)
    assert draw(figures, 4).callers != draw(figures, 5).callers


def test_arrivals_by_half_hour_and_kind_are_those_of_the_figures(
    figures: Figures, days: list[Day]
) -> None:
    drawn = Counter(
        (c.arrives // timedelta(minutes=30), c.call_type) for d in days for c in d.callers
    )
    off = 0
    for index, row in enumerate(figures.arrivals):
        for kind, mean in row.items():
            expected = mean * len(days)
            off += abs(drawn[index, kind] - expected) > 4 * max(1.0, expected) ** 0.5
    assert off == 0
    assert sum(drawn.values()) == pytest.approx(
        sum(sum(row.values()) for row in figures.arrivals) * len(days), rel=0.02
    )


def test_handling_times_have_the_mean_that_was_measured(figures: Figures, days: list[Day]) -> None:
    # README of the log: 184 s for PS, 275 for NE, 107 for NW, all of February.
    for kind, mean in {"PS": 184, "NE": 275, "NW": 107}.items():
        talks = [c.handle.total_seconds() for d in days for c in d.callers if c.call_type == kind]
        assert sum(talks) / len(talks) == pytest.approx(mean, rel=0.06)


def test_a_drawn_day_loses_about_as_many_callers_as_the_measured_ones(
    figures: Figures, days: list[Day]
) -> None:
    runs = [play(day.callers, day.agents) for day in days]
    share = sum(run.abandoned for run in runs) / sum(run.calls for run in runs)
    wait = sum(run.average_wait_seconds for run in runs) / len(runs)
    assert share == pytest.approx(figures.abandoned_share, abs=0.01)
    assert wait == pytest.approx(figures.average_wait_seconds, rel=0.3)
    crowded = available(figures.present, 1.0)
    assert sum(play(day.callers, crowded).abandoned for day in days) < sum(
        run.abandoned for run in runs
    )


def test_wishes_and_rings_come_in_their_shares(days: list[Day]) -> None:
    people = [caller for day in days for caller in day.callers]
    wishes = Counter(caller.wish for caller in people)
    rings = Counter(caller.first_ring for caller in people)
    for wish, share in WISHES.items():
        assert wishes[wish] / len(people) == pytest.approx(share, abs=0.01)
    for ring, share in FIRST_RING.items():
        assert rings[ring] / len(people) == pytest.approx(share, abs=0.01)


def test_no_two_people_share_a_number_and_all_are_fictitious(days: list[Day]) -> None:
    numbers = [caller.number for caller in days[0].callers]
    assert len(set(numbers)) == len(numbers)
    everybody = {number_of(i) for i in range(len(AREAS) * 100)} | {
        agent_number(i) for i in range(99)
    }
    assert len(everybody) == len(AREAS) * 100 + 99
    assert LINE_NUMBER not in everybody
    assert all(number[5:10] == "55501" and len(number) == 12 for number in everybody)


@pytest.mark.parametrize("call", [lambda: number_of(len(AREAS) * 100), lambda: agent_number(99)])
def test_numbers_run_out_loudly(call: object) -> None:
    with pytest.raises(ValueError, match="the demo knows only"):
        call()  # type: ignore[operator]


def test_figures_name_their_source_and_survive_json(figures: Figures) -> None:
    assert "Technion" in figures.source
    assert all(name in figures.source for name in ("Mandelbaum", "Sakov", "Zeltyn"))
    assert Figures.from_json(figures.to_json()) == figures
