"""Ends of which one webhook tells and another does not: conferences that are left, callers nobody heard of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.town import CALLER, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 20}


def lose_all_but(town: Town, wanted: str) -> None:
    """Let no address but those with `wanted` in them be told of anything, once two people talk."""
    send = town.transport.request

    async def request(method: str, url: str, *rest: Any) -> Any:
        if wanted in url or not any(room.live for room in town.exchange.conferences.values()):
            return await send(method, url, *rest)
        return await send(method, "https://callback.example/twilio/nowhere", *rest)

    town.transport.request = request  # type: ignore[method-assign]


@pytest.mark.parametrize("times", [1, 2])
async def test_leaving_of_a_conference_ends_a_conversation_of_which_nothing_else_is_told(
    town: Town, times: int
) -> None:
    await town.open(wrap_up_seconds=30)
    agent = await town.agent()
    if times == 2:
        town.faults(duplicate=1.0, reorder=0.5)
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(until=lambda: bool(town.calls_to(CALLER)))
    await town.play(minutes=0.3)
    assert await town.status_of(agent) == "busy"
    lose_all_but(town, "/status/conference/")
    await town.play(minutes=0.5)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert [entry["event"] for entry in done["timeline"]].count("complete") == 1
    assert await town.status_of(agent) == "wrap_up"


async def test_caller_who_hung_up_in_the_greeting_unheard_of_is_found_by_asking(town: Town) -> None:
    await town.open()
    town.transport.breaks = "/twilio/voice/waiting"
    sid = town.call(CALLER, patience_s=3)
    town.faults(drop=1.0)
    town.transport.breaks = "/twilio/voice/left"
    await town.play(minutes=1)
    town.transport.breaks = ""
    (lost,) = (await town.api("GET", "/calls"))["items"]
    assert lost["status"] != "ended"
    assert town.exchange.calls[sid].ended
    await town.play(minutes=11, sweeping=30)
    (found,) = (await town.api("GET", "/calls"))["items"]
    assert (found["status"], found["outcome"]) == ("ended", "abandoned")
    await town.all_over()


async def test_caller_who_still_waits_is_left_in_line_when_asked_about(town: Town) -> None:
    await town.open(announce_every_seconds=120)
    sid = town.call(CALLER, patience_s=3600)
    await town.play(minutes=25, sweeping=30)
    (waiting,) = (await town.api("GET", "/calls"))["items"]
    assert waiting["status"] == "waiting"
    asked = [call for call in town.library.asked if call[0] == "GET"]
    assert len(asked) == 2
    assert not town.exchange.calls[sid].ended
