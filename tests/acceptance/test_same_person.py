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


async def test_somebody_else_passes_the_phone_on(town: Town) -> None:
    await town.open()
    await town.agent()
    wishes = ["somebody else", "pass the phone on"]
    town.person(CALLER, choices=[{"hears": wish} for wish in wishes], talk_s=10)
    await town.ask(reason="a repair")
    await town.play(until=lambda: " ".join(town.heard_at(CALLER)).count("Press 4 to") == 2)
    (call,) = town.calls_to(CALLER)
    call.press("1")
    await town.play(minutes=3)
    heard = town.heard_at(CALLER)[0]
    assert heard.count("Hello, this is Support, calling because you asked us") == 2
    assert "repair" not in heard
    assert (await town.only_callback())["status"] == "completed"
    await town.all_over()
    town.no_problems()


async def test_somebody_else_has_us_call_later(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    wishes = ["somebody else", "call at another time", "called today"]
    town.person(CALLER, choices=[{"hears": wish} for wish in wishes])
    await town.ask()
    await town.play(minutes=3)
    postponed = await town.only_callback()
    assert postponed["status"] == "scheduled"
    assert postponed["timeline"][-1]["event"] == "postpone"
    assert "You have our word. We will call you today between" in town.heard_at(CALLER)[0]
    assert await town.status_of(agent) == "available"
    town.no_problems()


async def test_a_wrong_number_is_not_called_again(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    wishes = ["somebody else", "wrong number"]
    town.person(CALLER, choices=[{"hears": wish} for wish in wishes])
    await town.ask()
    await town.play(minutes=120)
    canceled = await town.only_callback()
    assert canceled["status"] == "canceled"
    events = [(entry["event"], entry["detail"]) for entry in canceled["timeline"]]
    assert ("wrong_number", "") in events
    assert events[-1] == ("cancel", "by somebody else")
    assert "will not call this number about it again. Goodbye." in town.heard_at(CALLER)[0]
    assert len(town.calls_to(CALLER)) == 1
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_not_now_is_never_sooner_than_the_present_wait(town: Town) -> None:
    await town.open(expected_handle_seconds=900)
    await town.agent()
    town.person(CALLER, choices=[{"hears": "another time"}])
    await town.ask()
    await town.play(until=lambda: bool(town.calls_to(CALLER)))
    for digit in range(1, 4):
        town.call(f"+1415555014{digit}", patience_s=600)
    await town.play(until=lambda: "to be called today between" in town.heard_at(CALLER)[0])
    high = (await town.api("GET", f"/lines/{town.line_id}/wait"))["high_seconds"]
    assert high > 1800
    first = town.heard_at(CALLER)[0].partition("Press 1 to be called today between ")[2][:8]
    asked = datetime.strptime(f"2026-03-02 {first.strip()} -0800", "%Y-%m-%d %I:%M %p %z")
    assert (asked - town.clock.now()).total_seconds() >= high - 60


async def test_silence_is_no_conversation(town: Town) -> None:
    await town.open(retry_after_seconds={"no_answer": []})
    agent = await town.agent()
    town.person(CALLER, like="silent")
    await town.ask()
    await town.play(minutes=3)
    assert town.heard_at(CALLER)[0].count("Hello, this is Support, calling") == 2
    assert (await town.only_callback())["status"] == "failed"
    assert await town.status_of(agent) == "available"


async def test_a_phone_that_screens_passes_our_call_on(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, like="screened", choices=[{"hears": "connected", "times": 3}], talk_s=10)
    await town.ask()
    await town.play(minutes=3)
    assert (await town.only_callback())["status"] == "completed"
