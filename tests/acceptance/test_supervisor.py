"""A supervisor's hand in a callback, a caller who is served before we ring her, and the end of the day."""

from __future__ import annotations

from datetime import timedelta

from tests.acceptance.town import CALLER, Town

OTHER, THIRD = "+14155550121", "+14155550122"
CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 20}


async def test_dial_now_rings_who_was_promised_a_later_time_before_those_who_wait(
    town: Town,
) -> None:
    await town.open()
    await town.agent()
    town.person(THIRD, choices=[{"hears": "connected"}], talk_s=60)
    for number in (CALLER, OTHER):
        town.person(number, **CONNECT)
    await town.ask(THIRD)
    await town.play(minutes=0.6)
    waiting = await town.ask(OTHER)
    later = await town.ask(promised_from="2026-03-02T20:00:00Z")
    await town.api("POST", f"/callbacks/{later}/dial-now")
    await town.play(minutes=5)
    first, second = town.calls_to(CALLER)[0], town.calls_to(OTHER)[0]
    assert first.created_at < second.created_at
    hurried = await town.api("GET", f"/callbacks/{later}")
    assert (hurried["status"], hurried["promise_kept"]) == ("completed", False)
    assert (await town.api("GET", f"/callbacks/{waiting}"))["promise_kept"] is True
    await town.all_over()


async def test_reassigned_callback_waits_for_its_agent_and_then_goes_to_anyone(town: Town) -> None:
    await town.open(preferred_agent_minutes=3)
    hers = await town.agent(talk_s=600)
    town.person(OTHER, choices=[{"hears": "connected"}], talk_s=600)
    town.person(CALLER, **CONNECT)
    await town.ask(OTHER)
    await town.play(minutes=0.6)
    assert await town.status_of(hers) == "busy"
    owed = await town.ask()
    await town.api("PUT", f"/callbacks/{owed}/agent", json={"agent_id": hers})
    other = await town.agent()
    await town.play(minutes=2.5, sweeping=5)
    assert town.calls_to(town.phones[other]) == []
    await town.play(minutes=3, sweeping=5)
    assert len(town.calls_to(town.phones[other])) == 1
    assert (await town.api("GET", f"/callbacks/{owed}"))["status"] == "completed"


async def test_callback_promised_while_she_waits_on_the_line_is_closed_when_she_is_served(
    town: Town,
) -> None:
    await town.open(announce_every_seconds=120)
    sid = town.call(CALLER, talk_s=30, patience_s=600)
    await town.play(minutes=0.5)
    owed = await town.ask(promised_from="2026-03-02T20:00:00Z")
    await town.agent()
    await town.play(minutes=3)
    assert "Connecting you now." in town.heard(sid)
    settled = await town.api("GET", f"/callbacks/{owed}")
    assert (settled["status"], settled["promise_kept"]) == ("completed", None)
    assert settled["timeline"][-1]["event"] == "serve_live"
    await town.play(minutes=180, sweeping=30)
    assert town.calls_to(CALLER) == []
    await town.all_over()


async def test_phone_that_rings_for_a_callback_stops_when_she_is_served_on_her_own_call(
    town: Town,
) -> None:
    await town.open(announce_every_seconds=120)
    sid = town.call(CALLER, talk_s=60, patience_s=600)
    await town.play(minutes=0.2)
    town.person(CALLER, answers={"after_s": 24})
    owed = await town.ask(promised_from="2026-03-02T20:00:00Z")
    await town.api("POST", f"/callbacks/{owed}/dial-now")
    first, second = await town.agent(), await town.agent()
    await town.play(minutes=3)
    assert "Connecting you now." in town.heard(sid)
    settled = await town.api("GET", f"/callbacks/{owed}")
    assert settled["status"] == "completed"
    assert all(call.status != "in-progress" for call in town.calls_to(CALLER))
    assert {await town.status_of(first), await town.status_of(second)} == {"available"}
    await town.all_over()


async def test_what_is_left_at_the_end_of_the_day_is_called_the_next_morning(town: Town) -> None:
    hours = [{"day": day, "opens": "09:00", "closes": "10:30"} for day in range(5)]
    await town.open(opening_hours=hours)
    gone = await town.agent(choices=[{"hears": "decline", "times": 99}])
    await town.ask()
    await town.play(minutes=0.3)
    await town.set_status(gone, "offline")
    town.person(CALLER, **CONNECT)
    await town.play(minutes=40, sweeping=10)
    left = await town.only_callback()
    assert left["status"] == "scheduled"
    assert left["promise_kept"] is False
    assert left["promised_from"] == "2026-03-03T17:00:00Z"
    await town.play(minutes=22.4 * 60, sweeping=60)
    await town.agent()
    await town.play(minutes=60, sweeping=10)
    done = await town.only_callback()
    assert (done["status"], done["promise_kept"]) == ("completed", False)
    first = done["attempts"][0]["placed_at"]
    assert first.startswith("2026-03-03T17:0")
    assert "danger" in [entry["event"] for entry in done["timeline"]]
    await town.all_over()


async def test_gross_and_net_wait_are_both_kept(town: Town) -> None:
    await town.open()
    busy = await town.agent(talk_s=300)
    town.person(OTHER, choices=[{"hears": "connected"}], talk_s=300)
    await town.ask(OTHER)
    await town.play(minutes=0.6)
    assert await town.status_of(busy) == "busy"
    town.call(CALLER, "without losing your place", "confirm")
    town.person(CALLER, **CONNECT)
    await town.play(minutes=20, sweeping=5)
    callbacks = {each["phone_number"]: each for each in await town.callbacks()}
    done = callbacks[CALLER]
    assert done["status"] == "completed"
    assert done["gross_wait_seconds"] > timedelta(minutes=4).total_seconds()
    assert 5 < done["net_wait_seconds"] < 120
    await town.all_over()
