from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from callback.demo.day import Ring, Wish
from callback.demo.draw import draw
from callback.demo.figures import shipped_figures
from callback.demo.numbers import LINE_NUMBER
from callback.demo.people import (
    agents,
    caller_persona,
    most_agents,
    returned_persona,
    scenario,
)
from tests.unit.demo.test_day import a_caller, a_day

MIDNIGHT = datetime(1999, 2, 8, 5, tzinfo=UTC)

OFFER = {
    "1": "be called back without losing your place",
    "2": "choose a time for us to call you back",
}
TIMES = {
    "1": "choose the time from 10:15 to 10:30 AM",
    "2": "choose the time from 10:30 to 10:45 AM",
}
NUMBER = {"1": "confirm this number", "2": "give another number"}
RETURNED = {"1": "be connected now", "2": "cancel"}
AGENT = {"1": "accept the call", "2": "decline"}


def presses(persona: dict[str, object], menu: dict[str, str]) -> str | None:
    """The first wish that matches any option wins, as with the simulator's people."""
    for choice in persona["choices"]:  # type: ignore[attr-defined]
        for key, purpose in menu.items():
            if re.search(choice["hears"], purpose, re.IGNORECASE):
                return key
    return None


@pytest.mark.parametrize(
    ("wish", "offer", "times", "number"),
    [(Wish.ASAP, "1", None, "1"), (Wish.LATER, "2", "1", "1"), (Wish.STAY, None, None, None)],
)
def test_people_press_what_they_wish(
    wish: Wish, offer: str | None, times: str | None, number: str | None
) -> None:
    persona = caller_persona(a_caller(600, wish=wish))
    assert presses(persona, OFFER) == offer
    assert presses(persona, NUMBER) == number
    if times:
        assert presses(persona, TIMES) == times


def test_who_is_called_back_wants_to_be_connected_and_agents_accept() -> None:
    assert presses(returned_persona(a_caller(600)), RETURNED) == "1"
    assert all(presses(agent["persona"], AGENT) == "1" for agent in agents(3, seed=1))


@pytest.mark.parametrize(
    ("ring", "first"),
    [(Ring.BUSY, "busy"), (Ring.UNANSWERED, "never"), (Ring.ANSWERED, {"after_s": 4.0})],
)
def test_the_first_ring_may_fail_and_the_second_is_answered(ring: Ring, first: object) -> None:
    persona = returned_persona(dataclasses.replace(a_caller(600), first_ring=ring))
    assert persona["answers"] == first
    assert persona["answers_next"] == [{"after_s": 4.0}]


def test_who_hangs_up_at_once_still_dials() -> None:
    assert caller_persona(a_caller(600, waits=0))["patience_s"] == 1.0
    assert caller_persona(a_caller(600, waits=12))["patience_s"] == 12.0


def test_the_scenario_names_instants_numbers_and_the_same_talk_on_both_calls() -> None:
    day = a_day(a_caller(600, talks=75))
    (line,) = scenario(day, MIDNIGHT)
    assert line["at"] == "1999-02-08T15:00:00+00:00"
    assert (line["from"], line["to"]) == ("+16175550100", LINE_NUMBER)
    assert line["persona"]["talk_s"] == line["rings_back"]["talk_s"] == 75.0


def test_both_runs_meet_the_same_people() -> None:
    day = draw(shipped_figures(), 1)
    first, second = (json.dumps(list(scenario(day, MIDNIGHT))) for _ in range(2))
    assert first == second
    hours = day.between(timedelta(hours=10), timedelta(hours=12))
    lines = [json.dumps(line) for line in scenario(hours, MIDNIGHT)]
    assert set(lines) <= {json.dumps(line) for line in scenario(day, MIDNIGHT)}


def test_enough_agents_are_hired_for_the_fullest_half_hour() -> None:
    day = dataclasses.replace(a_day(a_caller(600)), agents=(*(2,) * 20, 5, 6, 3, *(9,) * 25))
    assert most_agents(day, timedelta(hours=10), timedelta(hours=11, minutes=30)) == 6
    assert most_agents(day, timedelta(hours=9), timedelta(hours=10)) == 2
