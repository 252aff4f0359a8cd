"""Requests to the telephone company whose answers are lost, refused or late: one request, one ring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from aiohttp import ServerDisconnectedError

from callback.telephony.port import CallOrder
from tests.acceptance.town import CALLER, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 10}
Meddling = Callable[[str, str, dict[str, str]], None]


def loses(times: int, method: str, part: str, to: str = "") -> Meddling:
    """Return what loses the answers of so many requests that match."""
    left = [times]

    def lose(asked_method: str, uri: str, asked: dict[str, str]) -> None:
        matches = asked_method == method and part in uri and asked.get("To", "") == to
        if matches and left[0] > 0:
            left[0] -= 1
            raise ServerDisconnectedError

    return lose


async def test_lost_answer_to_a_placed_call_rings_once(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, **CONNECT)
    town.library.after = loses(1, "POST", "/Calls.json", CALLER)
    await town.ask()
    await town.play(minutes=3, sweeping=True)
    done = await town.only_callback()
    assert done["status"] == "completed"
    (rung,) = town.calls_to(CALLER)
    assert [attempt["call_sid"] for attempt in done["attempts"]] == [rung.sid]
    await town.all_over()


async def test_lost_answer_and_lost_events_are_resolved_by_asking_and_ring_once(
    town: Town,
) -> None:
    await town.open(retry_after_seconds={"no_answer": [600]})
    agent = await town.agent()
    town.person(CALLER, answers="never")
    town.library.after = loses(1, "POST", "/Calls.json", CALLER)
    town.faults(drop=1.0)
    await town.ask()
    await town.play(minutes=2, sweeping=True)
    assert town.library.asked.count(("GET", CALLER)) == 1
    (rung,) = town.calls_to(CALLER)
    again = await town.only_callback()
    assert again["status"] == "scheduled"
    assert [(a["call_sid"], a["outcome"]) for a in again["attempts"]] == [(rung.sid, "no_answer")]
    assert await town.status_of(agent) == "available"


async def test_no_second_ring_even_when_asking_fails_at_first(town: Town) -> None:
    """The call was placed, its answer and its events were lost, and so is the first look for it."""
    await town.open(retry_after_seconds={"no_answer": [600]})
    agent = await town.agent()
    town.person(CALLER, answers="never")
    town.library.after = loses(1, "POST", "/Calls.json", CALLER)
    town.library.before = loses(2, "GET", "/Calls.json", CALLER)
    town.faults(drop=1.0)
    await town.ask()
    await town.play(minutes=5, sweeping=5)
    assert "Please hold." in town.heard_at(agent)[0]
    assert town.library.asked.count(("GET", CALLER)) == 3
    assert len(town.calls_to(CALLER)) == 1
    assert (await town.only_callback())["status"] == "scheduled"


async def test_lost_answer_about_an_agents_phone_rings_her_once(town: Town) -> None:
    await town.open(announce_every_seconds=120)
    agent = await town.agent()
    phone = town.phones[agent]
    town.library.after = loses(1, "POST", "/Calls.json", phone)
    sid = town.call(talk_s=10)
    await town.play(minutes=2, sweeping=True)
    assert len(town.calls_to(phone)) == 1
    assert "Connecting you now." in town.heard(sid)
    await town.all_over()


async def test_refused_connection_is_tried_again_and_rings_once(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.person(CALLER, **CONNECT)
    town.refuse_connections_to(CALLER)
    await town.ask()
    await town.play(minutes=0.7)
    assert town.calls_to(CALLER) == []
    town.accept_connections()
    await town.play(minutes=2)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert len(done["attempts"]) == len(town.calls_to(CALLER)) == 1
    assert len(town.calls_to(town.phones[agent])) == 1
    await town.all_over()


async def test_telephone_company_out_of_reach_for_minutes_sets_no_agent_away(town: Town) -> None:
    await town.open(announce_every_seconds=120)
    agent = await town.agent()
    town.refuse_connections_to(town.phones[agent])
    sid = town.call(talk_s=10)
    await town.play(minutes=7, sweeping=10)
    assert await town.status_of(agent) != "away"
    town.accept_connections()
    await town.play(minutes=3, sweeping=5)
    assert "Connecting you now." in town.heard(sid)
    await town.all_over()


@pytest.mark.parametrize("code", [21211, 21215, 21217])
async def test_refused_number_ends_the_callback_and_the_timeline_says_why(
    town: Town, code: int
) -> None:
    await town.open(retry_after_seconds={"failed": []})
    agent = await town.agent()
    town.library.refused[CALLER] = code
    await town.ask()
    await town.play(minutes=3)
    failed = await town.only_callback()
    assert failed["status"] == "failed"
    assert [attempt["outcome"] for attempt in failed["attempts"]] == ["failed"]
    assert f"error {code}" in failed["timeline"][-1]["detail"]
    assert failed["promise_kept"] is False
    assert town.calls_to(CALLER) == []
    assert "Nobody could be reached." in town.heard_at(agent)[0]
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def test_job_that_dies_before_the_request_is_made_up_for_after_proof_of_absence(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, **CONNECT)
    place, deaths = town.runtime.telephony.place_call, []

    async def die_once(order: CallOrder) -> str:
        if order.to == CALLER and not deaths:
            deaths.append(town.clock.now())
            raise RuntimeError("killed between claim and request")
        return await place(order)

    monkeypatch.setattr(town.runtime.telephony, "place_call", die_once)
    await town.ask()
    with pytest.raises(AssertionError, match="killed"):
        await town.play(minutes=1)
    town.jobs.failures.clear()
    assert town.calls_to(CALLER) == []
    await town.play(minutes=3, sweeping=True)
    done = await town.only_callback()
    assert done["status"] == "completed"
    (rung,) = town.calls_to(CALLER)
    assert rung.created_at - deaths[0] >= timedelta(seconds=60)
    assert town.library.asked.count(("GET", CALLER)) == 1
    await town.all_over()


async def test_caller_is_connected_when_the_answer_to_taking_her_out_of_the_queue_is_lost(
    town: Town,
) -> None:
    await town.open()
    agent = await town.agent()
    town.library.after = loses(1, "POST", "/Members/")
    sid = town.call(talk_s=10)
    await town.play(minutes=2, sweeping=True)
    assert town.heard(sid).count("Connecting you now.") == 1
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert (logged["outcome"], logged["agent_id"]) == ("answered", agent)
    await town.all_over()


async def test_caller_is_taken_out_of_the_queue_when_the_first_request_never_arrived(
    town: Town,
) -> None:
    await town.open()
    await town.agent()
    town.library.before = loses(2, "POST", "/Members/")
    sid = town.call(talk_s=10)
    await town.play(minutes=2)
    assert town.heard(sid).count("Connecting you now.") == 1
    await town.all_over()
    town.no_problems()


async def test_canceled_while_nobody_knows_whether_the_phone_rings_stops_it_when_it_is_found(
    town: Town,
) -> None:
    await town.open()
    agent = await town.agent()
    town.person(CALLER, answers={"after_s": 20})
    town.library.after = loses(1, "POST", "/Calls.json", CALLER)
    callback_id = await town.ask()
    await town.play(until=lambda: "Please hold." in "".join(town.heard_at(agent)))
    await town.api("DELETE", f"/callbacks/{callback_id}")
    await town.play(minutes=1, sweeping=True)
    (rung,) = town.calls_to(CALLER)
    assert rung.status == "canceled"
    await town.play(minutes=2, sweeping=True)
    await town.all_over()


async def test_place_in_line_is_kept_when_the_wait_itself_fails(town: Town) -> None:
    await town.open(announce_every_seconds=20)
    agent = await town.agent()
    busy = town.call("+14155550101")
    await town.play(minutes=0.3)
    first = town.call(CALLER, talk_s=10)
    await town.play(minutes=0.3)
    town.transport.breaks = "/twilio/voice/waiting"
    await town.play(until=lambda: "went wrong on our side" in town.heard(first))
    later = town.call("+14155550122", talk_s=10)
    await town.play(minutes=0.05)
    town.transport.breaks = ""
    await town.play(minutes=0.5)
    town.hang_up(busy)
    await town.play(minutes=5)
    calls = {call["call_sid"]: call for call in (await town.api("GET", "/calls"))["items"]}
    assert calls[first]["outcome"] == calls[later]["outcome"] == "answered"
    assert datetime.fromisoformat(calls[first]["answered_at"]) < datetime.fromisoformat(
        calls[later]["answered_at"]
    )
    assert calls[first]["wait_seconds"] > calls[later]["wait_seconds"]
    assert await town.status_of(agent) == "available"
    await town.all_over()
