"""A promise is fulfilled by a conversation: not by two people who missed each other by a second."""

from __future__ import annotations

from datetime import datetime

from tests.acceptance.town import CALLER, Town

RETRIES = {"no_answer": [300], "busy": [], "machine": [], "failed": []}


async def test_who_hung_up_in_the_second_in_which_the_agent_accepted_is_called_again(
    town: Town,
) -> None:
    await town.open(dial_order="customer_first", retry_after_seconds=RETRIES)
    agent = await town.agent(answers={"after_s": 6})
    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=20)
    await town.ask()
    town.faults(delay_ms=15_000)  # the news of the hang-up comes after the agent's key
    await town.play(minutes=1, until=lambda: bool(town.calls_to(town.phones[agent])))
    (asked,) = town.calls_to(town.phones[agent])
    await town.play(minutes=1, until=lambda: asked.status == "in-progress")
    (person,) = town.calls_to(CALLER)
    town.hang_up(person.sid)
    await town.play(minutes=1.5, sweeping=5)
    missed = await town.only_callback()
    assert missed["status"] == "scheduled", missed
    events = [(entry["event"], entry["detail"]) for entry in missed["timeline"]]
    assert events[-2][0] == "connect"
    assert events[-1][0] == "retry"
    assert events[-1][1].startswith("completed; again at")
    town.faults()
    await town.play(minutes=8, sweeping=10)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert len(town.calls_to(CALLER)) == 2
    calls = (await town.api("GET", "/calls"))["items"]
    assert sorted(call["outcome"] for call in calls) == ["abandoned", "answered"]
    await town.all_over()


async def test_a_short_conversation_is_one_when_the_room_says_so(town: Town) -> None:
    await town.open(retry_after_seconds=RETRIES)
    await town.agent()
    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=3)
    await town.ask()
    await town.play(minutes=3)
    assert (await town.only_callback())["status"] == "completed"
    assert len(town.calls_to(CALLER)) == 1
    await town.all_over()


async def test_a_conversation_counts_as_one_though_every_event_of_it_was_lost(town: Town) -> None:
    await town.open(retry_after_seconds=RETRIES)
    await town.agent()
    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=30)
    town.faults(drop=1.0)
    await town.ask()
    await town.play(minutes=12, sweeping=10)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert len(town.calls_to(CALLER)) == 1
    ended = datetime.fromisoformat(done["ended_at"])
    placed = datetime.fromisoformat(done["attempts"][0]["placed_at"])
    assert (ended - placed).total_seconds() < 120


async def test_nobody_is_led_into_a_room_that_the_agent_has_left_unnoticed(town: Town) -> None:
    await town.open(retry_after_seconds=RETRIES)
    agent = await town.agent()
    town.person(CALLER, answers={"after_s": 22}, choices=[{"hears": "connected"}], talk_s=20)
    await town.ask()
    await town.play(minutes=1, until=lambda: bool(town.calls_to(CALLER)))
    await town.play(minutes=0.4, until=lambda: town.calls_to(CALLER)[0].status == "in-progress")
    other = await town.agent()
    (waits,) = town.calls_to(town.phones[agent])
    await town.set_status(agent, "offline")
    town.transport.breaks = "/voice/over"  # her call is cut off, and no word of it reaches us
    town.faults(drop=1.0)
    town.hang_up(waits.sid)
    await town.play(minutes=0.2)
    town.transport.breaks = ""
    town.faults()
    await town.play(minutes=3, sweeping=10)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert [entry["detail"] for entry in done["timeline"] if entry["event"] == "connect"] == [
        "Agent 2"
    ]
    assert len(town.calls_to(town.phones[other])) == len(town.calls_to(CALLER)) == 1
    await town.all_over()
