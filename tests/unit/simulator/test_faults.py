"""Misfortune on request, each kind by itself, and all of it twice from one seed."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest

from callback.simulator.faults import OPTIONAL, Faults, faults_from
from callback.simulator.rest.lost import ReplyLost
from tests.unit.simulator.stage import CALLER, HOST, LINE, START, Stage

QUEUE = '<Enqueue waitUrl="/wait" action="/left">support</Enqueue>'


@pytest.mark.parametrize(
    ("faults", "statuses"),
    [
        (
            Faults(duplicate=1),
            ["initiated"] * 2 + ["ringing"] * 2 + ["in-progress"] * 2 + ["completed"] * 2,
        ),
        (Faults(drop=1), []),
        (Faults(delay_ms=500), ["initiated", "ringing", "in-progress", "completed"]),
    ],
)
async def test_misfortune_meets_status_events_only(
    stage: Stage, faults: Faults, statuses: list[str]
) -> None:
    stage.exchange.suffer(faults)
    stage.app.script = {"/returning": "<Hangup/>"}
    await stage.call()
    await stage.play()
    assert [each["CallStatus"] for each in stage.app.asked("/status")] == statuses
    assert len(stage.app.asked("/returning")) == 1


async def test_a_doubled_event_keeps_its_token(stage: Stage) -> None:
    stage.exchange.suffer(Faults(duplicate=1))
    await stage.call()
    await stage.play()
    tokens = [
        request.headers["I-Twilio-Idempotency-Token"]
        for request in stage.app.requests
        if request.path == "/status"
    ]
    assert tokens[0] == tokens[1] != tokens[2]


async def test_events_overtake_each_other(stage: Stage) -> None:
    stage.exchange.suffer(Faults(reorder=0.5, seed=3))
    stage.app.script = {"/returning": "<Hangup/>"}
    await stage.call()
    await stage.play()
    numbers = [each["SequenceNumber"] for each in stage.app.asked("/status")]
    assert sorted(numbers) == ["0", "1", "2", "3"]
    assert numbers != sorted(numbers)


@pytest.mark.parametrize(
    "wrong", [{"drop": 2}, {"delay_ms": -1}, {"partition_s": -1}, {"rest_lose": 1.1}, {"lose": 1}]
)
def test_impossible_faults_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"."):
        faults_from(wrong)


async def test_an_earlier_event_comes_after_the_last(stage: Stage) -> None:
    stage.exchange.suffer(Faults(after_end=1))
    stage.app.script = {"/returning": "<Hangup/>"}
    await stage.call()
    await stage.play()
    statuses = [each["CallStatus"] for each in stage.app.asked("/status")]
    assert statuses[:4] == ["initiated", "ringing", "in-progress", "completed"]
    assert statuses[4] in statuses[:3]


async def test_a_document_is_asked_for_twice_and_the_second_answer_counts(stage: Stage) -> None:
    answers = iter(["<Say>first</Say>", "<Say>second</Say>"])
    stage.exchange.suffer(Faults(repeat_steps=1))
    stage.app.script = {"/voice": lambda _: next(answers)}
    sid = stage.dial()
    await stage.play()
    assert stage.said(sid) == ["second"]
    first, second = (each for each in stage.app.requests if each.path == "/voice")
    token = "I-Twilio-Idempotency-Token"
    assert first.headers[token] == second.headers[token]


async def test_parameters_come_fewer_more_and_in_another_order(stage: Stage) -> None:
    stage.app.script = {"/voice": "<Hangup/>"}
    stage.dial()
    await stage.play()
    stage.exchange.suffer(Faults(shuffle=1, extra=1, omit=1, seed=2))
    stage.dial()
    await stage.play()
    calm, garbled = stage.app.asked("/voice")
    missing = set(calm) - set(garbled)
    assert missing
    assert missing <= OPTIONAL
    (unheard,) = set(garbled) - set(calm)
    assert unheard.startswith("Unheard")
    common = [name for name in garbled if name in calm]
    assert common != [name for name in calm if name in garbled]


async def test_a_partition_lets_nothing_through_until_it_ends(stage: Stage) -> None:
    stage.app.script = {"/voice": "<Hangup/>"}
    stage.exchange.suffer(Faults(partition_s=30))
    cut_off = stage.dial()
    await stage.play(seconds=10)
    assert stage.app.requests == []
    assert 11205 in stage.codes()
    assert stage.exchange.calls[cut_off].ended
    with pytest.raises(ReplyLost):
        await stage.rest("GET", "/Calls.json")
    await stage.play(seconds=20)
    await stage.rest("GET", "/Calls.json", 200)
    served = stage.dial()
    await stage.play()
    assert len(stage.app.asked("/voice")) == 1
    assert stage.exchange.calls[served].status == "completed"


async def test_a_lost_reply_leaves_a_call_that_was_placed(stage: Stage) -> None:
    stage.exchange.suffer(Faults(rest_lose=1))
    with pytest.raises(ReplyLost):
        await stage.call()
    stage.exchange.suffer(Faults())
    await stage.play()
    found = await stage.rest("GET", "/Calls.json", 200, To=CALLER)
    assert len(found["calls"]) == 1
    assert stage.app.asked("/status")[0]["CallStatus"] == "initiated"


@pytest.mark.parametrize(
    ("faults", "status", "code"),
    [(Faults(rest_busy=1), 429, 20429), (Faults(rest_refuse=1), 503, 20503)],
)
async def test_a_refused_request_does_nothing(
    stage: Stage, faults: Faults, status: int, code: int
) -> None:
    stage.exchange.suffer(faults)
    form = {"To": CALLER, "From": LINE, "Url": f"{HOST}/returning"}
    answer = await stage.rest("POST", "/Calls.json", status, **form)
    assert answer["code"] == code
    assert not stage.exchange.calls


async def test_a_slow_request_takes_its_time(stage: Stage) -> None:
    stage.exchange.suffer(Faults(rest_delay_ms=2_000))
    asking = stage.exchange.spawn(stage.rest("GET", "/Calls.json", 200))
    await stage.play(seconds=1)
    assert not asking.done()
    await stage.play(seconds=1)
    assert (await asking)["calls"] == []


async def test_a_skewed_clock_stamps_what_it_says(stage: Stage) -> None:
    stage.exchange.suffer(Faults(skew_s=90))
    sid = await stage.call()
    created = await stage.rest("GET", f"/Calls/{sid}.json", 200)
    assert created["date_created"] == "Mon, 02 Mar 2026 15:01:30 +0000"
    await stage.play(seconds=0.1)
    assert stage.app.asked("/status")[0]["Timestamp"] == "Mon, 02 Mar 2026 15:01:30 +0000"
    assert stage.clock.now() < START + timedelta(seconds=1)


EVERYTHING = Faults(
    duplicate=0.2,
    drop=0.1,
    reorder=0.2,
    delay_ms=200,
    after_end=0.3,
    repeat_steps=0.2,
    shuffle=0.5,
    extra=0.3,
    omit=0.3,
    rest_busy=0.2,
    rest_refuse=0.1,
    rest_lose=0.2,
    skew_s=-3,
    seed=7,
)


async def _a_bad_hour(seed: int) -> list[dict[str, Any]]:
    stage = Stage()
    stage.app.script = {"/voice": QUEUE, "/wait": '<Say>Wait.</Say><Pause length="5"/>'}
    stage.exchange.suffer(Faults(**{**EVERYTHING.__dict__, "seed": seed}))
    try:
        for number in range(12):
            stage.dial(f"+141555502{number:02d}", patience_s=7.5 + number)
            with contextlib.suppress(ReplyLost, AssertionError):
                await stage.call(f"+141555503{number:02d}")
            await stage.play(seconds=3)
        await stage.play()
        journal = stage.exchange.journal.after(0)["items"]
    finally:
        await stage.close()
    return [{name: entry[name] for name in entry if name != "took_ms"} for entry in journal]


async def test_a_run_repeats_itself_from_its_seed() -> None:
    first = await _a_bad_hour(7)
    assert len(first) > 100
    assert await _a_bad_hour(7) == first
    assert await _a_bad_hour(8) != first
