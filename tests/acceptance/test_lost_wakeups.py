"""Redis is gone and every wake-up is lost: the sweep alone keeps every promise, a few seconds later."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from callback.jobs import JobName
from tests.acceptance.town import CALLER, LINE, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 10}


async def test_live_caller_is_connected_without_any_wake_up(town: Town) -> None:
    await town.open()
    town.jobs.lost = True
    agent = await town.agent()
    sid = town.call(talk_s=10)
    await town.play(minutes=1, sweeping=True)
    assert "Connecting you now." in town.heard(sid)
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "answered"
    # Thirteen seconds without a lost wake-up, for greeting, ringing, the offer and a key.
    assert logged["wait_seconds"] < 22
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_callback_as_soon_as_possible_is_made_without_any_wake_up(town: Town) -> None:
    await town.open()
    town.jobs.lost = True
    agent = await town.agent()
    town.person(CALLER, **CONNECT)
    await town.ask()
    asked = town.clock.now()
    await town.play(minutes=1.5, sweeping=True)
    done = await town.only_callback()
    assert done["status"] == "completed"
    placed = datetime.fromisoformat(done["attempts"][0]["placed_at"])
    assert placed - asked < timedelta(seconds=20)
    assert len(town.calls_to(CALLER)) == len(town.calls_to(town.phones[agent])) == 1
    await town.all_over()


async def test_scheduled_callback_is_made_in_its_window_without_any_wake_up(town: Town) -> None:
    await town.open()
    town.jobs.lost = True
    await town.agent()
    town.person(CALLER, **CONNECT)
    begins = town.clock.now() + timedelta(minutes=15)
    await town.ask(promised_from=begins.isoformat())
    town.clock.move_to(begins - timedelta(seconds=5))
    await town.play(minutes=1.5, sweeping=True)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert done["promise_kept"] is True
    late = datetime.fromisoformat(done["attempts"][0]["placed_at"]) - begins
    assert timedelta(0) <= late < timedelta(seconds=20)


async def test_unwanted_phone_stops_ringing_without_any_wake_up(town: Town) -> None:
    await town.open()
    town.jobs.lost = True
    agent = await town.agent(answers={"after_s": 18})
    callback_id = await town.ask()
    await town.play(minutes=0.1, sweeping=True)
    await town.api("DELETE", f"/callbacks/{callback_id}")
    await town.play(minutes=0.1, sweeping=True)
    (asked,) = town.calls_to(town.phones[agent])
    assert asked.status == "canceled"
    await town.play(minutes=0.1, sweeping=True)
    await town.all_over()


async def test_promise_outlives_redis_dying_between_the_promise_and_its_hour(town: Town) -> None:
    await town.open()
    await town.agent()
    town.call("+14155550101", talk_s=60)
    await town.play(minutes=0.3)
    sid = town.call(CALLER, "choose a time", "choose today", "confirm")
    await town.play(minutes=1)
    assert "You have our word." in town.heard(sid)
    town.jobs.lost = True
    await town.jobs.close()  # what was asked for is forgotten
    town.person(CALLER, **CONNECT)
    promised = await town.only_callback()
    town.clock.move_to(datetime.fromisoformat(promised["promised_from"]))
    await town.play(minutes=1.5, sweeping=True)
    done = await town.only_callback()
    assert (done["status"], done["promise_kept"]) == ("completed", True)


async def test_doubled_and_late_wake_ups_ring_nobody_twice(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.person(CALLER, **CONNECT)
    begins = town.clock.now() + timedelta(minutes=15)
    callback_id = await town.ask(promised_from=begins.isoformat())
    for version in (1, 1, 2):
        await town.wake(JobName.FALL_DUE, callback_id, version)
    await town.settle()
    assert (await town.only_callback())["status"] == "scheduled"
    await town.play(minutes=15)
    for _ in range(3):
        await town.wake(JobName.FALL_DUE, callback_id, 1)
        await town.wake(JobName.DISPATCH)
    await town.play(minutes=5)
    for _ in range(2):
        await town.wake(JobName.FALL_DUE, callback_id, 1)
        await town.wake(JobName.DISPATCH)
    await town.play(minutes=5, sweeping=False)
    assert (await town.only_callback())["status"] == "completed"
    assert len(town.calls_to(CALLER)) == len(town.calls_to(town.phones[agent])) == 1
    assert town.calls_to(LINE) == []
    await town.all_over()


async def test_one_thing_that_fails_every_time_does_not_keep_the_sweep_from_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.open(announce_every_seconds=120)
    town.jobs.lost = True
    await town.agent()
    await town.play(minutes=0.1)
    other = await town.agent(answers={"after_s": 18})

    async def fail(queue_sid: str, call_sid: str, url: str) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(town.runtime.telephony, "pull_from_queue", fail)
    sid = town.call()
    await town.play(minutes=0.6, sweeping=True)
    assert "Connecting you now." not in town.heard(sid)
    callback_id = await town.ask()
    await town.play(minutes=0.1, sweeping=True)
    (asked,) = town.calls_to(town.phones[other])
    assert asked.status == "ringing"
    await town.api("DELETE", f"/callbacks/{callback_id}")
    await town.play(minutes=0.1, sweeping=True)
    assert asked.status == "canceled"
