"""One call, end to end: honest wait, promise, dial-back, agent, record."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.acceptance.town import CALLER, Town

pytestmark = pytest.mark.both_databases


async def test_live_caller_is_connected_to_the_free_agent(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    sid = town.call(talk_s=60)
    await town.play(minutes=10)
    heard = town.heard(sid)
    assert "Thank you for calling Support." in heard
    assert "Connecting you now." in heard
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "answered"
    assert logged["agent_id"] == agent
    assert 60 <= logged["handle_seconds"] <= 70
    assert await town.status_of(agent) == "available"
    town.no_problems()


async def test_caller_who_takes_a_callback_keeps_her_place(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.call("+14155550101", talk_s=300)
    await town.play(minutes=1)
    first = town.call(CALLER, "called back", "confirm")
    arrived = town.clock.now()
    await town.play(minutes=0.5)
    later = town.call("+14155550102", talk_s=30)
    await town.play(minutes=1)

    assert "Press 1 to be called back without losing your place." in town.heard(first)
    assert "at 4 1 5, 5 5 5, 0 1 1 1" in town.heard(first)
    assert "You have our word." in town.heard(first)
    promised = await town.only_callback()
    assert promised["status"] == "waiting"
    assert promised["kind"] == "asap"
    assert datetime.fromisoformat(promised["arrived_at"]) - arrived < timedelta(seconds=5)

    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=45)
    await town.play(minutes=30)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert done["promise_kept"] is True
    assert [attempt["outcome"] for attempt in done["attempts"]] == ["completed"]
    assert [entry["event"] for entry in done["timeline"]] == [
        "request",
        "reserve",
        "agent_accepted",
        "dial",
        "attempt_placed",
        "person_accepted",
        "connect",
        "complete",
    ]
    rung = town.calls_to(CALLER)
    assert len(rung) == 1
    assert "calling because you asked us today at 10:01 AM to call you back." in town.heard(
        rung[0].sid
    )
    # She came before the one who arrived after her and stayed on the line.
    calls = {call["call_sid"]: call for call in (await town.api("GET", "/calls"))["items"]}
    connected = next(entry["at"] for entry in done["timeline"] if entry["event"] == "connect")
    assert connected < calls[later]["answered_at"]
    assert calls[first]["outcome"] == "promised"
    assert await town.status_of(agent) == "available"
    town.no_problems()


async def test_caller_chooses_a_time_and_is_called_in_that_window(town: Town) -> None:
    await town.open()
    busy = await town.agent()
    town.call("+14155550101", talk_s=120)
    await town.play(minutes=0.5)
    sid = town.call(CALLER, "choose a time", "10:45 AM and 11:00", "confirm")
    await town.play(minutes=2)

    heard = town.heard(sid)
    assert "Press 1 to choose today between 10:15 AM and 10:30 AM." in heard
    assert "Press 2 to choose today between 10:30 AM and 10:45 AM." in heard
    assert "Press 3 to choose today between 10:45 AM and 11:00 AM." in heard
    assert (
        "We will call you back today between 10:45 AM and 11:00 AM, at 4 1 5, 5 5 5, 0 1 1 1."
        in heard
    )
    promised = await town.only_callback()
    assert promised["status"] == "scheduled"
    assert promised["promised_from"] == "2026-03-02T18:45:00Z"
    assert promised["promised_until"] == "2026-03-02T19:00:00Z"

    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=45)
    await town.play(minutes=60)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert done["promise_kept"] is True
    placed = datetime.fromisoformat(done["attempts"][0]["placed_at"])
    late = placed - datetime.fromisoformat(done["promised_from"])
    assert timedelta(0) <= late < timedelta(seconds=15)
    assert await town.status_of(busy) == "available"
    town.no_problems()


async def test_who_presses_nothing_stays_in_line_and_is_served(town: Town) -> None:
    await town.open()
    agent = await town.agent(status="away")
    sid = town.call(talk_s=20)
    await town.play(minutes=3)
    assert town.heard(sid).count("Press") >= 3
    await town.set_status(agent, "available")
    await town.play(minutes=5)
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "answered"
    assert await town.callbacks() == []


async def test_who_hangs_up_in_the_menu_has_been_promised_nothing(town: Town) -> None:
    await town.open()
    await town.agent(status="away")
    busy = await town.agent()
    town.call("+14155550101", talk_s=600)
    await town.play(minutes=1)
    town.call(CALLER, "called back", patience_s=20)
    await town.play(minutes=5)
    assert await town.callbacks() == []
    calls = (await town.api("GET", "/calls"))["items"]
    assert [call["outcome"] for call in calls if call["phone_number"] == CALLER] == ["abandoned"]
    assert await town.status_of(busy) == "busy"


async def test_nothing_is_promised_that_cannot_be_kept(town: Town) -> None:
    """With nobody at work there is no honest wait, and no place in line to keep."""
    await town.open(callbacks_per_window=0)
    await town.agent(status="offline")
    sid = town.call(CALLER, "called back", patience_s=60)
    await town.play(minutes=5)
    assert "Nobody is here to take calls just now, so we cannot say how long" in town.heard(sid)
    assert "Press" not in town.heard(sid)


async def test_a_full_window_is_not_offered_again(town: Town) -> None:
    await town.open(callbacks_per_window=1)
    await town.agent()
    town.call("+14155550101", talk_s=120)
    await town.play(minutes=0.5)
    town.call("+14155550121", "choose a time", "choose today", "confirm")
    await town.play(minutes=1)
    second = town.call("+14155550122", "choose a time", "choose today", "confirm")
    await town.play(minutes=1)
    assert "between 10:15 AM and 10:30 AM" not in town.heard(second)
    windows = sorted(callback["promised_from"] for callback in await town.callbacks())
    assert windows == ["2026-03-02T18:15:00Z", "2026-03-02T18:30:00Z"]
