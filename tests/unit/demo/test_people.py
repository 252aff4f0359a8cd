from __future__ import annotations

import dataclasses
import json
import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

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
from callback.simulator.listening import reply_to
from callback.simulator.persona import persona_from
from tests.unit.demo.test_day import a_caller, a_day

MIDNIGHT = datetime(1999, 2, 8, 5, tzinfo=UTC)

SENTENCES = tomllib.loads(
    resources.files("callback.dialogue").joinpath("locales/en.toml").read_text("utf-8")
)


def spoken(room: str, *names: str, **values: str) -> str:
    """What the line really says, so that a change of words cannot leave the demo's people speechless."""
    return " ".join(SENTENCES[room][name].format(**values) for name in names)


OFFER = spoken("caller", "offer_asap", "offer_times", "offer_stay")
TIMES = (
    " ".join(
        spoken(
            "caller",
            "time_option",
            key=key,
            window=spoken("times", "window", day="today", start=start, end=end),
        )
        for key, start, end in (("1", "10:15", "10:30 AM"), ("2", "10:30", "10:45 AM"))
    )
    + " "
    + spoken("caller", "time_back")
)
NUMBER = spoken("caller", "number_choice")


def presses(persona: dict[str, Any], text: str, used: dict[int, int] | None = None) -> str | None:
    """What the simulator's person with these wishes presses on hearing the text."""
    reply = reply_to(text, persona_from(persona).choices, {} if used is None else used)
    if reply is None:
        return None
    if used is not None:
        used[reply.rule] = used.get(reply.rule, 0) + 1
    return reply.keys


@pytest.mark.parametrize(
    ("wish", "heard", "pressed"),
    [
        (Wish.ASAP, (OFFER, NUMBER), ["1", "1"]),
        (Wish.LATER, (OFFER, TIMES, NUMBER), ["2", "1", "1"]),
        (Wish.STAY, (OFFER, TIMES, NUMBER), [None, None, None]),
    ],
)
def test_people_press_what_they_wish(
    wish: Wish, heard: tuple[str, ...], pressed: list[str | None]
) -> None:
    persona, used = caller_persona(a_caller(600, wish=wish)), dict[int, int]()
    assert [presses(persona, text, used) for text in heard] == pressed


def test_who_is_called_back_wants_to_be_connected_and_agents_accept() -> None:
    asked = spoken("person", "hello", "choice", "choice_more", line="Demo", asked="today")
    assert presses(returned_persona(a_caller(600)), asked) == "1"
    offered = spoken("agent", "call", "choice", line="Demo", waited="2 minutes")
    assert all(presses(agent["persona"], offered) == "1" for agent in agents(3, seed=1))


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
