"""Kinds of people: what each does on a call, and crowds of them."""

from __future__ import annotations

import asyncio
import gc
import random
from statistics import fmean, median
from typing import Any

import pytest

from callback.simulator.amounts import amount_from, drawn
from callback.simulator.crowd import crowd_from, planned_calls
from callback.simulator.listening import wrong_key
from callback.simulator.persona import names, persona_from
from callback.simulator.scenario import play_scenario
from tests.unit.simulator.stage import CALLER, LINE, START, Stage

MENU = '<Gather numDigits="1" action="/key" timeout="5"><Say>Press 1 to wait.</Say></Gather>'
ASKED = (
    '<Gather input="speech dtmf" action="/answer" timeout="4"><Say>Is that correct?</Say></Gather>'
)


@pytest.mark.parametrize(
    ("amount", "middle", "mean"),
    [
        ({"exponential": {"mean": 100}}, 69.3, 100),
        ({"lognormal": {"median": 100, "sigma": 0.5}}, 100, 113.3),
        ({"uniform": {"low": 50, "high": 150}}, 100, 100),
    ],
)
def test_amounts_are_distributed_as_they_say(amount: Any, middle: float, mean: float) -> None:
    source = random.Random(3)
    values = [drawn(amount_from(amount), source) for _ in range(20_000)]
    assert min(values) >= 0
    assert median(values) == pytest.approx(middle, rel=0.03)
    assert fmean(values) == pytest.approx(mean, rel=0.03)


@pytest.mark.parametrize(
    "wrong",
    [
        -1,
        "soon",
        float("nan"),
        {"normal": {"mean": 3}},
        {"exponential": {"mean": 0}},
        {"exponential": {"median": 3}},
        {"uniform": {"low": 3, "high": 2}},
        {"uniform": 3},
        {},
    ],
)
def test_amounts_that_make_no_sense_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        amount_from(wrong)


@pytest.mark.parametrize("name", names())
def test_every_persona_that_has_a_name_can_be_read(name: str) -> None:
    assert persona_from(name).label
    assert persona_from({"like": name, "label": "other"}).label == "other"


@pytest.mark.parametrize(
    "wrong",
    [
        "nobody",
        {"like": "nobody"},
        {"calls_again": 3},
        {"screens": {"within_s": 3}},
        {"screens": {"hears": "("}},
        {"choices": [{"hears": "a", "presses": "1", "says": "one"}]},
        {"answers": {"machine_after_s": 3, "fax_after_s": 3}},
    ],
)
def test_personas_that_make_no_sense_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        persona_from(wrong)


def test_a_wrong_key_is_none_of_those_offered() -> None:
    assert wrong_key("Press 9 to go. Press 8 to stay.") == "7"
    assert wrong_key("Thank you for calling.") == ""


async def test_who_loses_patience_calls_again_and_then_gives_up(stage: Stage) -> None:
    stage.app.script = {"/voice": '<Pause length="600"/>'}
    stage.dial(patience_s=20, calls_again={"after_s": 60, "times": 2})
    await stage.play()
    assert stage.app.times("/voice") == [0.0, 80.0, 160.0]
    assert {call.from_ for call in stage.exchange.calls.values()} == {CALLER}
    assert stage.exchange.done


async def test_who_talked_does_not_call_again(stage: Stage) -> None:
    stage.app.script = {"/voice": "<Hangup/>"}
    stage.dial(patience_s=20, calls_again={"after_s": 60})
    await stage.play()
    assert len(stage.exchange.calls) == 1


async def test_wrong_keys_come_first(stage: Stage) -> None:
    stage.app.script = {"/voice": MENU, "/key": MENU}
    stage.dial(wrong_keys=2, choices=[{"hears": "wait", "times": 1}])
    await stage.play()
    assert [each["Digits"] for each in stage.app.asked("/key")] == ["9", "9", "1"]


async def test_words_are_heard_where_somebody_listens_for_them(stage: Stage) -> None:
    stage.app.script = {"/voice": ASKED, "/answer": "<Hangup/>"}
    stage.dial(choices=[{"hears": "correct", "says": "yes please"}])
    await stage.play()
    (answer,) = stage.app.asked("/answer")
    assert (answer["SpeechResult"], answer["Confidence"]) == ("yes please", "0.9")
    assert "Digits" not in answer


async def test_words_are_lost_where_keys_are_awaited(stage: Stage) -> None:
    stage.app.script = {"/voice": ASKED.replace('input="speech dtmf" ', "")}
    sid = stage.dial(choices=[{"hears": "correct", "says": "yes"}])
    await stage.play()
    assert stage.app.asked("/answer") == []
    assert stage.said(sid, "spoke") == ["yes (nobody listened)"]


async def test_keys_that_come_first_leave_words_unheard(stage: Stage) -> None:
    stage.app.script = {"/voice": ASKED, "/answer": "<Hangup/>"}
    sid = stage.dial()
    await stage.play(seconds=0.5)
    stage.exchange.calls[sid].press("1")
    stage.exchange.calls[sid].speak("one")
    await stage.play()
    (answer,) = stage.app.asked("/answer")
    assert (answer["Digits"], answer.get("SpeechResult")) == ("1", None)


async def test_partial_results_are_told_while_somebody_speaks(stage: Stage) -> None:
    stage.app.script = {
        "/voice": ASKED.replace("action", 'partialResultCallback="/partial" action'),
        "/answer": "<Hangup/>",
    }
    sid = stage.dial()
    await stage.play(seconds=0.5)
    for words in ("three", "o'clock"):
        stage.exchange.calls[sid].speak(words)
        await stage.play(seconds=0.5)
    await stage.play()
    told = [
        (each["UnstableSpeechResult"], each["SequenceNumber"])
        for each in stage.app.asked("/partial")
    ]
    assert told == [("three", "0"), ("three o'clock", "1")]
    assert stage.app.asked("/answer")[0]["SpeechResult"] == "three o'clock"


GREETING = "<Say>This is Support, calling you back.</Say>" + MENU


async def test_a_screened_phone_hands_over_to_whom_it_expects(stage: Stage) -> None:
    stage.person(CALLER, like="screened", choices=[{"hears": "wait", "times": 5}])
    stage.app.script = {"/returning": GREETING, "/key": "<Hangup/>"}
    await stage.call()
    await stage.play()
    assert [each["Digits"] for each in stage.app.asked("/key")] == ["1"]


async def test_a_screened_phone_hangs_up_on_strangers(stage: Stage) -> None:
    stage.person(CALLER, like="screened", choices=[{"hears": "wait"}])
    stage.app.script = {"/returning": MENU + '<Pause length="60"/>'}
    sid = await stage.call()
    await stage.play()
    assert stage.app.asked("/key") == []
    assert stage.exchange.calls[sid].duration_s == 15


@pytest.mark.parametrize(
    ("answers", "settings", "verdict", "duration_ms"),
    [
        ({"after_s": 1}, {}, "human", "2500"),
        ({"after_s": 1, "says_s": 3.5}, {}, "machine_start", "2700"),
        ({"after_s": 1, "says_s": 3.5}, {"SpeechThreshold": 4000}, "human", "5000"),
        ({"machine_after_s": 1, "greeting_s": 3}, {}, "human", "4200"),
        (
            {"machine_after_s": 1, "greeting_s": 3},
            {"SpeechThreshold": 1000},
            "machine_start",
            "2500",
        ),
        ({"machine_after_s": 1}, {}, "machine_start", "4000"),
        ({"machine_after_s": 1}, {"": "DetectMessageEnd"}, "machine_end_beep", "8500"),
        (
            {"machine_after_s": 1, "beep": False},
            {"": "DetectMessageEnd", "SpeechEndThreshold": 2000},
            "machine_end_silence",
            "10000",
        ),
        (
            {"machine_after_s": 1},
            {"": "DetectMessageEnd", "Timeout": 5},
            "machine_end_other",
            "5000",
        ),
        ({"silent_after_s": 1}, {}, "unknown", "5000"),
        ({"silent_after_s": 1}, {"SilenceTimeout": 2500}, "unknown", "2500"),
        ({"fax_after_s": 1}, {}, "fax", "1500"),
    ],
)
async def test_detection_goes_by_the_length_of_speech(
    stage: Stage, answers: Any, settings: dict[str, Any], verdict: str, duration_ms: str
) -> None:
    stage.person(CALLER, answers=answers)
    stage.app.script = {"/returning": "<Hangup/>"}
    form = {f"MachineDetection{name}": value for name, value in settings.items()}
    await stage.call(**{"MachineDetection": "Enable", **form})
    await stage.play()
    (asked,) = stage.app.asked("/returning")
    assert (asked["AnsweredBy"], asked["MachineDetectionDuration"]) == (verdict, duration_ms)


CROWD = {"to": LINE, "per_hour": 3600, "for_s": 2000, "mix": {"impatient": 3, "calls_again": 1}}


def test_a_crowd_comes_at_its_rate_and_in_its_mix() -> None:
    calls = planned_calls(crowd_from(CROWD), START, random.Random(5))
    assert len(calls) == pytest.approx(2000, rel=0.1)
    assert len({call.from_ for call in calls}) == len(calls)
    assert [call.at for call in calls] == sorted(call.at for call in calls)
    impatient = sum(call.persona.label == "impatient" for call in calls)
    assert impatient / len(calls) == pytest.approx(0.75, abs=0.05)
    assert planned_calls(crowd_from(CROWD), START, random.Random(5)) == calls


def test_a_crowd_mixes_people_without_a_name_too() -> None:
    mix = [{"persona": {"label": "mine"}, "weight": 1}, {"persona": "patient", "weight": 1}]
    calls = planned_calls(crowd_from({**CROWD, "mix": mix}), START, random.Random(5))
    assert {call.persona.label for call in calls} == {"mine", "patient"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"per_hour": 0},
        {"mix": {"nobody": 1}},
        {"mix": {"patient": 0}},
        {"mix": [{"persona": "patient"}]},
        {"mix": ["patient"]},
        {"color": 1},
        {"per_hour": 1e9},
    ],
)
def test_crowds_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        crowd_from({**CROWD, **wrong})


def finished_tasks() -> list[str]:
    """Return what finished tasks are still kept by somebody."""
    gc.collect()
    tasks = (each for each in gc.get_objects() if isinstance(each, asyncio.Task))
    return [repr(task) for task in tasks if task.done()]


async def test_a_call_that_is_over_keeps_no_task_alive(stage: Stage) -> None:
    stage.app.script = {"/voice": MENU + '<Pause length="60"/>', "/key": "<Hangup/>"}
    before = finished_tasks()
    for choice in ("wait", "nothing"):
        stage.dial(choices=[{"hears": choice}], patience_s=30)
    await stage.play()
    assert len(stage.exchange.calls) == 2
    assert stage.exchange.done
    assert finished_tasks() == before


async def test_thousands_of_people_wait_on_one_exchange(stage: Stage) -> None:
    queue = '<Enqueue waitUrl="/wait" action="/left" maxQueueSize="5000">support</Enqueue>'
    stage.app.script = {"/voice": queue, "/wait": '<Pause length="60"/>'}
    calls = planned_calls(crowd_from({**CROWD, "mix": {"impatient": 1}}), START, random.Random(5))
    for number, call in enumerate(calls):
        # in waves: the clock stops for all of a wave at once
        calls[number] = call.__class__(
            START.replace(minute=number // 200), call.from_, LINE, call.persona, call.persona
        )
    stage.exchange.spawn(play_scenario(stage.exchange, calls))
    await stage.play()
    assert stage.exchange.done
    assert stage.codes() == []
    waits = [call.duration_s or 0 for call in stage.exchange.calls.values()]
    assert len(waits) == len(calls)
    assert fmean(waits) == pytest.approx(90, rel=0.1)
