"""Promises taken back or moved over the API, while nothing, a phone, or a conversation is under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.acceptance.town import CALLER, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 60}


async def test_canceled_while_the_agent_is_asked_stops_her_phone(town: Town) -> None:
    await town.open()
    agent = await town.agent(answers={"after_s": 18})
    callback_id = await town.ask()
    await town.play(minutes=0.1)
    assert (await town.only_callback())["status"] == "reserved"
    answer = await town.api("DELETE", f"/callbacks/{callback_id}")
    assert answer["status"] == "canceled"
    await town.play(minutes=1)
    (asked,) = town.calls_to(town.phones[agent])
    assert asked.status == "canceled"
    assert await town.status_of(agent) == "available"
    assert town.calls_to(CALLER) == []
    await town.all_over()
    town.no_problems()


async def test_canceled_while_the_person_rings_stops_both_phones(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.person(CALLER, answers={"after_s": 20})
    callback_id = await town.ask()
    await town.play(until=lambda: bool(town.calls_to(CALLER)))
    await town.play(minutes=0.05)
    await town.api("DELETE", f"/callbacks/{callback_id}")
    await town.play(minutes=1)
    (rung,) = town.calls_to(CALLER)
    assert rung.status == "canceled"
    assert town.heard_at(CALLER) == [""]
    assert "Nobody could be reached. You are free again. Goodbye." in town.heard_at(agent)[0]
    canceled = await town.only_callback()
    assert canceled["timeline"][-1]["event"] == "cancel"
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_canceled_while_the_person_rings_whose_agent_has_hung_up_stops_her_phone(
    town: Town,
) -> None:
    await town.open()
    agent = await town.agent()
    town.person(CALLER, answers={"after_s": 20})
    callback_id = await town.ask()
    await town.play(until=lambda: bool(town.calls_to(CALLER)))
    town.hang_up(town.calls_to(town.phones[agent])[0].sid)
    await town.play(minutes=0.05)
    await town.api("DELETE", f"/callbacks/{callback_id}")
    await town.play(minutes=1)
    (rung,) = town.calls_to(CALLER)
    assert rung.status == "canceled"
    await town.all_over()


async def test_canceled_while_the_person_listens_tells_her_that_it_is_over(town: Town) -> None:
    await town.open()
    await town.agent()
    callback_id = await town.ask()
    await town.play(
        until=lambda: "Hello, this is Support, calling" in "".join(town.heard_at(CALLER))
    )
    await town.api("DELETE", f"/callbacks/{callback_id}")
    await town.play(minutes=1)
    (rung,) = town.calls_to(CALLER)
    assert town.heard_in_full(rung.sid, "This callback is over. Goodbye.")
    assert (await town.only_callback())["status"] == "canceled"
    await town.all_over()


async def test_two_who_are_talking_cannot_be_canceled_or_moved(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, **CONNECT)
    callback_id = await town.ask()
    await town.play(minutes=0.8)
    assert (await town.only_callback())["status"] == "connected"
    refused = await town.api("DELETE", f"/callbacks/{callback_id}", 409)
    assert refused["type"].endswith("illegal-transition")
    later = {"promised_from": "2026-03-02T20:00:00Z"}
    await town.api("PATCH", f"/callbacks/{callback_id}", 409, json=later)
    await town.play(minutes=3)
    assert (await town.only_callback())["status"] == "completed"
    await town.api("DELETE", f"/callbacks/{callback_id}", 409)
    await town.all_over()


async def test_waiting_one_is_canceled_and_never_called(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    busy = town.call("+14155550101")
    await town.play(minutes=0.5)
    callback_id = await town.ask()
    await town.play(minutes=0.1)
    assert (await town.only_callback())["status"] == "waiting"
    await town.api("DELETE", f"/callbacks/{callback_id}")
    town.hang_up(busy)
    await town.play(minutes=5)
    assert town.calls_to(CALLER) == []
    canceled = await town.only_callback()
    assert (canceled["status"], canceled["promise_kept"]) == ("canceled", None)
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def test_moved_one_is_called_at_the_new_time_only(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, **CONNECT)
    callback_id = await town.ask(promised_from="2026-03-02T18:15:00Z")
    moved = await town.api(
        "PATCH", f"/callbacks/{callback_id}", json={"promised_from": "2026-03-02T18:45:00Z"}
    )
    assert moved["promised_until"] == "2026-03-02T19:00:00Z"
    await town.play(minutes=40)
    assert town.calls_to(CALLER) == []
    await town.play(minutes=10)
    done = await town.only_callback()
    assert (done["status"], done["promise_kept"]) == ("completed", True)
    late = datetime.fromisoformat(done["attempts"][0]["placed_at"]) - datetime.fromisoformat(
        "2026-03-02T18:45:00Z"
    )
    assert timedelta(0) <= late < timedelta(seconds=15)
    assert len(town.calls_to(CALLER)) == 1


async def test_waiting_one_that_is_moved_gives_up_its_place_until_then(town: Town) -> None:
    await town.open()
    await town.agent()
    busy = town.call("+14155550101")
    await town.play(minutes=0.5)
    callback_id = await town.ask()
    later = {"promised_from": "2026-03-02T19:00:00Z"}
    moved = await town.api("PATCH", f"/callbacks/{callback_id}", json=later)
    assert (moved["status"], moved["kind"]) == ("scheduled", "scheduled")
    town.hang_up(busy)
    await town.play(minutes=30)
    assert town.calls_to(CALLER) == []
    town.person(CALLER, **CONNECT)
    await town.play(minutes=40)
    assert (await town.only_callback())["status"] == "completed"
