"""Status events that come twice, late, in the wrong order, or never."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from callback.simulator.webhooks import Webhook
from tests.acceptance.town import CALLER, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 10}
MISFORTUNES: list[dict[str, Any]] = [
    {"duplicate": 1.0},
    {"reorder": 0.5},
    {"delay_ms": 4000},
    {"duplicate": 0.7, "reorder": 0.5, "delay_ms": 1500},
]


@pytest.mark.parametrize("chances", MISFORTUNES, ids=str)
async def test_misfortune_of_events_changes_nothing_that_people_notice(
    town: Town, chances: dict[str, Any]
) -> None:
    await town.open(retry_after_seconds={"busy": [30]})
    agent = await town.agent()
    town.faults(**chances)
    sid = town.call("+14155550101", talk_s=10)
    await town.play(minutes=1)
    town.person(CALLER, answers="busy", answers_next=[{"after_s": 2}], **CONNECT)
    await town.ask()
    await town.play(minutes=4)
    assert "Connecting you now." in town.heard(sid)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert [attempt["outcome"] for attempt in done["attempts"]] == ["busy", "completed"]
    assert len(town.calls_to(CALLER)) == 2
    assert len(town.calls_to(town.phones[agent])) == 3
    calls = (await town.api("GET", "/calls"))["items"]
    assert [call["outcome"] for call in calls] == ["answered", "answered"]
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_every_event_of_a_conversation_is_lost_and_it_still_ends(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.faults(drop=1.0)
    sid = town.call(talk_s=10)
    await town.play(minutes=2, sweeping=True)
    assert "Connecting you now." in town.heard(sid)
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "answered"
    assert await town.status_of(agent) == "available"
    await town.all_over()


@pytest.mark.parametrize("answers", ["busy", "never", {"after_s": 1}], ids=str)
async def test_end_of_an_attempt_that_is_never_told_is_found_by_asking(
    town: Town, answers: object
) -> None:
    await town.open(retry_after_seconds={"busy": [600], "no_answer": [600]})
    agent = await town.agent(answers={"after_s": 1})
    town.person(CALLER, answers=answers, patience_s=3)
    await town.ask()
    town.faults(drop=1.0)
    began = town.clock.now()
    await town.play(minutes=3, sweeping=True)
    again = await town.only_callback()
    assert again["status"] == "scheduled"
    assert len(again["attempts"]) == 1
    assert await town.status_of(agent) == "available"
    (rung,) = town.calls_to(CALLER)
    assert rung.created_at - began < timedelta(seconds=20)
    town.faults()
    await town.play(minutes=2, sweeping=True)
    assert [call.status for call in town.exchange.live.values()] == []


@pytest.mark.parametrize("answers", ["never", {"machine_after_s": 3, "greeting_s": 1}], ids=str)
async def test_agents_phone_whose_end_is_never_told_holds_a_caller_for_a_minute_or_two_only(
    town: Town, answers: object
) -> None:
    await town.open(announce_every_seconds=120)
    await town.agent(answers=answers, choices=[])
    town.faults(drop=1.0)
    sid = town.call(talk_s=10)
    await town.play(minutes=0.1, sweeping=True)
    await town.agent(answers={"after_s": 2})
    await town.play(minutes=3, sweeping=True)
    assert "Connecting you now." in town.heard(sid)
    await town.all_over()


async def test_caller_whose_end_nobody_told_us_is_not_offered_for_ever(town: Town) -> None:
    """The line was unreachable at the moment when she hung up: neither request came through."""
    await town.open(announce_every_seconds=120)
    agent = await town.agent(status="away")
    sid = town.call()
    await town.play(minutes=0.3)
    town.transport.unreachable = True
    town.hang_up(sid)
    await town.play(minutes=0.1)
    town.transport.unreachable = False
    await town.set_status(agent, "available")
    await town.play(minutes=3, sweeping=True)
    assert "You are free again. Goodbye." in town.heard_at(agent)[0]
    assert len(town.calls_to(town.phones[agent])) == 1
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "abandoned"
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def test_early_news_of_a_call_that_is_over_moves_nothing_back(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(minutes=3)
    before = await town.only_callback()
    assert before["status"] == "completed"
    events = [entry for entry in town.exchange.journal.after(0)["items"] if is_leg_event(entry)]
    assert len(events) == 8
    for number, event in enumerate(events):
        # The same news under another sequence number, so that it is no plain repetition.
        params = event["params"] | {"SequenceNumber": str(100 + number)}
        await town.exchange.postman.send(Webhook(event["url"], tuple(params.items())))
    await town.play(minutes=2, sweeping=True)
    assert await town.only_callback() == before
    assert await town.status_of(agent) == "available"
    assert len(town.calls_to(CALLER)) == len(town.calls_to(town.phones[agent])) == 1
    await town.all_over()


def is_leg_event(entry: dict[str, Any]) -> bool:
    """Tell whether an entry of the journal is a status event of a call that we placed."""
    return "/twilio/voice/status/leg/" in entry["url"]
