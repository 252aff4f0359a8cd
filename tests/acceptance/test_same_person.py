"""The same person again: while a callback is owed, after a missed one, and when we call at a bad time."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.acceptance.test_menu import full_house
from tests.acceptance.town import CALLER, Town


async def test_who_would_rather_wait_gets_the_old_place(town: Town) -> None:
    await full_house(town)
    town.call(CALLER, "called back", "confirm")
    await town.play(minutes=1)
    town.call("+14155550141", talk_s=10)
    await town.play(minutes=0.3)
    again = town.call(CALLER, "old place", talk_s=10)
    await town.play(minutes=1)
    assert "You are in line, in your old place." in town.heard(again)
    assert (await town.only_callback())["status"] == "canceled"
    await town.play(minutes=20)
    calls = {call["call_sid"]: call for call in (await town.api("GET", "/calls"))["items"]}
    mine = calls[again]
    (other,) = (each for each in calls.values() if each["phone_number"] == "+14155550141")
    assert mine["outcome"] == other["outcome"] == "answered"
    assert mine["answered_at"] < other["answered_at"]
    await town.all_over()
    town.no_problems()


async def test_who_calls_again_moves_the_callback(town: Town) -> None:
    await full_house(town)
    town.call(CALLER, "choose a time", "choose today", "confirm")
    await town.play(minutes=1)
    before = (await town.only_callback())["promised_from"]
    again = town.call(
        choices=[{"hears": "another time"}, {"hears": "choose today", "presses": "3"}]
    )
    await town.play(minutes=2)
    after = await town.only_callback()
    assert "We will call you today between" in town.heard(again)
    assert after["promised_from"] > before
    assert (after["status"], after["timeline"][-1]["event"]) == ("scheduled", "move")


async def test_who_calls_again_cancels_the_callback(town: Town) -> None:
    await full_house(town)
    town.call(CALLER, "choose a time", "choose today", "confirm")
    await town.play(minutes=1)
    again = town.call(CALLER, "cancel the callback")
    await town.play(minutes=1)
    assert "Your callback is canceled. Goodbye." in town.heard(again)
    assert (await town.only_callback())["status"] == "canceled"
    town.no_problems()


async def test_our_call_and_theirs_crossing_end_in_one_conversation(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.person(CALLER, answers="never")
    await town.ask()
    await town.play(until=lambda: bool(town.calls_to(CALLER)))
    crossing = town.call(CALLER, "old place", talk_s=10)
    await town.play(minutes=5)
    assert "Connecting you now." in town.heard(crossing)
    assert (await town.only_callback())["status"] == "canceled"
    calls = (await town.api("GET", "/calls"))["items"]
    assert [call["outcome"] for call in calls] == ["answered"]
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_whom_we_could_not_reach_has_the_old_place(town: Town) -> None:
    await town.open(retry_after_seconds={"no_answer": []})
    await town.agent()
    town.person(CALLER, answers="never")
    await town.ask()
    await town.play(minutes=5)
    assert (await town.only_callback())["status"] == "failed"
    asked_at = datetime.fromisoformat((await town.only_callback())["arrived_at"])
    again = town.call(CALLER, talk_s=10)
    await town.play(minutes=2)
    assert "You have your old place in line." in town.heard(again)
    (call,) = (await town.api("GET", "/calls"))["items"]
    assert datetime.fromisoformat(call["arrived_at"]) == asked_at


async def test_not_now_is_another_promise_and_no_failed_attempt(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    wishes = [{"hears": "another time"}, {"hears": "to be called today", "presses": "2"}]
    town.person(CALLER, choices=[*wishes, {"hears": "connected"}], talk_s=10)
    await town.ask()
    await town.play(minutes=2)
    postponed = await town.only_callback()
    assert postponed["status"] == "scheduled"
    assert postponed["timeline"][-1]["event"] == "postpone"
    start = datetime.fromisoformat(postponed["promised_from"])
    assert start - town.clock.now() >= timedelta(minutes=25)
    assert "You have our word. We will call you today between" in town.heard_at(CALLER)[0]
    assert await town.status_of(agent) == "available"
    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=10)
    await town.play(minutes=60)
    assert (await town.only_callback())["status"] == "completed"
    assert len(town.calls_to(CALLER)) == 2
    await town.all_over()
    town.no_problems()


async def test_never_again_is_heeded_by_every_door(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, choices=[{"hears": "never called"}])
    await town.ask()
    await town.play(minutes=2)
    assert "We will never call this number again. Goodbye." in town.heard_at(CALLER)[0]
    assert (await town.only_callback())["status"] == "canceled"
    wish = {"line_id": town.line_id, "phone_number": CALLER}
    refused = await town.api("POST", "/callbacks", 409, json=wish)
    assert "never to be called" in refused["detail"]
    await town.all_over()
    town.no_problems()


async def test_silence_is_no_conversation(town: Town) -> None:
    await town.open(retry_after_seconds={"no_answer": []})
    agent = await town.agent()
    town.person(CALLER, like="silent")
    await town.ask()
    await town.play(minutes=3)
    assert town.heard_at(CALLER)[0].count("Hello, this is Support.") == 2
    assert (await town.only_callback())["status"] == "failed"
    assert await town.status_of(agent) == "available"


async def test_a_phone_that_screens_passes_our_call_on(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, like="screened", choices=[{"hears": "connected", "times": 3}], talk_s=10)
    await town.ask()
    await town.play(minutes=3)
    assert (await town.only_callback())["status"] == "completed"
