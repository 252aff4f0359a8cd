"""Lines that ring the person first and keep an agent free meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.acceptance.town import CALLER, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 20}
DECLINES = {"choices": [{"hears": "decline"}]}
MOMENT = "Thank you. Somebody will be with you in a moment."

pytestmark = pytest.mark.both_databases


async def test_agent_is_held_while_the_person_rings_and_rung_when_she_has_accepted(
    town: Town,
) -> None:
    await town.open(dial_order="customer_first")
    agent = await town.agent()
    town.person(CALLER, answers={"after_s": 8}, **CONNECT)
    await town.ask()
    await town.play(minutes=0.1)
    assert await town.status_of(agent) == "reserved"
    assert town.heard_at(agent) == []
    await town.play(minutes=5)
    assert MOMENT in town.heard_at(CALLER)[0]
    (asked,) = town.calls_to(town.phones[agent])
    assert asked.created_at > town.calls_to(CALLER)[0].answered_at
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert [entry["event"] for entry in done["timeline"]] == [
        "request",
        "reserve",
        "dial",
        "attempt_placed",
        "person_accepted",
        "connect",
        "complete",
    ]
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_nobody_at_home_never_rings_an_agent(town: Town) -> None:
    await town.open(dial_order="customer_first", retry_after_seconds={"no_answer": []})
    agent = await town.agent()
    town.person(CALLER, answers="never")
    await town.ask()
    await town.play(minutes=5)
    assert (await town.only_callback())["status"] == "failed"
    assert town.calls_to(town.phones[agent]) == []
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def test_when_the_agent_declines_another_joins_the_room_in_which_the_person_waits(
    town: Town,
) -> None:
    await town.open(dial_order="customer_first")
    first = await town.agent(**DECLINES)
    await town.play(minutes=0.1)
    second = await town.agent()
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(minutes=5)
    assert "Declined." in town.heard_at(first)[0]
    assert "Connecting." in town.heard_at(second)[0]
    assert len(town.calls_to(CALLER)) == 1
    assert town.heard_at(CALLER)[0].count(MOMENT) == 1
    rooms = [room for room in town.exchange.conferences.values() if room.reason_ended]
    assert len(rooms) == 1
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert len(done["attempts"]) == 1
    reasons = [entry["detail"] for entry in done["timeline"] if entry["event"] == "reserve"]
    assert reasons == ["Agent 1", "Agent 2: already_on_the_line"]
    await town.all_over()
    town.no_problems()


async def test_person_on_the_line_is_served_before_callers_who_came_earlier(town: Town) -> None:
    await town.open(dial_order="customer_first", announce_every_seconds=120)
    declining = await town.agent(**DECLINES)
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(until=lambda: "Declined." in "".join(town.heard_at(declining)))
    town.call("+14155550101", talk_s=5)
    await town.set_status(declining, "offline")
    await town.play(minutes=0.1)
    helpful = await town.agent()
    await town.play(minutes=5)
    assert "A callback on Support" in town.heard_at(helpful)[0]
    assert "A call on Support" in town.heard_at(helpful)[1]
    assert (await town.only_callback())["status"] == "completed"
    await town.all_over()


async def test_person_who_hangs_up_while_waiting_stops_the_agents_phone_and_is_called_later(
    town: Town,
) -> None:
    await town.open(dial_order="customer_first", retry_after_seconds={"no_answer": [60]})
    agent = await town.agent(answers={"after_s": 15})
    town.person(CALLER, patience_s=16, **CONNECT)
    await town.ask()
    await town.play(minutes=1)
    (asked,) = town.calls_to(town.phones[agent])
    assert asked.status == "canceled"
    assert asked.ended_at - town.calls_to(CALLER)[0].ended_at < timedelta(seconds=1)
    waiting = await town.only_callback()
    assert waiting["status"] == "scheduled"
    assert await town.status_of(agent) == "available"
    town.person(CALLER, **CONNECT)
    await town.play(minutes=5)
    assert (await town.only_callback())["status"] == "completed"
    await town.all_over()


async def test_person_who_gives_up_between_two_agents_leaves_nothing_behind(town: Town) -> None:
    await town.open(dial_order="customer_first", retry_after_seconds={"no_answer": []})
    agent = await town.agent(**DECLINES)
    town.person(CALLER, choices=CONNECT["choices"], patience_s=40)
    await town.ask()
    await town.play(minutes=2)
    assert MOMENT in town.heard_at(CALLER)[0]
    assert (await town.only_callback())["status"] == "failed"
    assert len(town.calls_to(town.phones[agent])) == 1
    await town.all_over()


async def test_canceling_over_the_api_tells_the_person_who_waits_between_two_agents(
    town: Town,
) -> None:
    await town.open(dial_order="customer_first")
    agent = await town.agent(**DECLINES)
    town.person(CALLER, choices=CONNECT["choices"])
    await town.ask()
    await town.play(until=lambda: "Declined." in "".join(town.heard_at(agent)))
    await town.play(minutes=0.1)
    waiting = await town.only_callback()
    assert waiting["status"] == "waiting"
    await town.api("DELETE", f"/callbacks/{waiting['id']}")
    await town.play(minutes=2)
    assert "This callback is over. Goodbye." in town.heard_at(CALLER)[0]
    assert (await town.only_callback())["status"] == "canceled"
    await town.all_over()


async def test_person_on_the_line_cannot_be_moved_to_another_time(town: Town) -> None:
    await town.open(dial_order="customer_first")
    agent = await town.agent(**DECLINES)
    town.person(CALLER, choices=CONNECT["choices"])
    await town.ask()
    await town.play(until=lambda: "Declined." in "".join(town.heard_at(agent)))
    await town.play(minutes=0.1)
    waiting = await town.only_callback()
    later = {"promised_from": "2026-03-02T20:00:00Z"}
    refused = await town.api("PATCH", f"/callbacks/{waiting['id']}", 409, json=later)
    assert refused["rule"] == "person_on_the_line"
    helpful = await town.agent()
    await town.play(until=lambda: "Connecting." in "".join(town.heard_at(helpful)))
    await town.play(minutes=0.1)
    assert (await town.only_callback())["status"] == "connected"
