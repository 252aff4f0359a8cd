"""Gather, Record, Say and the people who hear them, second by second."""

from __future__ import annotations

import pytest

from tests.unit.simulator.stage import AGENT, CALLER, LINE, Stage


@pytest.mark.parametrize(
    ("attributes", "keys", "digits"),
    [
        ('numDigits="3"', "12345", "123"),
        ("", "12#", "12"),
        ('finishOnKey="*"', "1#2*", "1#2"),
        ('finishOnKey="" numDigits="2"', "#*", "#*"),
        ('timeout="2"', "77", "77"),
        ('input="dtmf speech"', "5#", "5"),
    ],
)
async def test_what_ends_a_gather(stage: Stage, attributes: str, keys: str, digits: str) -> None:
    stage.app.script = {"/voice": f'<Gather action="/key" {attributes}/>', "/key": "<Hangup/>"}
    sid = stage.dial()
    await stage.play(seconds=1)
    stage.exchange.calls[sid].press(keys)
    await stage.play()
    assert [each["Digits"] for each in stage.app.asked("/key")] == [digits]


@pytest.mark.parametrize(
    ("keys", "empty", "asked"), [("#", "false", 0), ("#", "true", 1), ("", "true", 1)]
)
async def test_nothing_typed(stage: Stage, keys: str, empty: str, asked: int) -> None:
    stage.app.script = {
        "/voice": f'<Gather action="/key" actionOnEmptyResult="{empty}"/><Say>Next verb.</Say>',
        "/key": "<Hangup/>",
    }
    sid = stage.dial()
    await stage.play(seconds=1)
    stage.exchange.calls[sid].press(keys)
    await stage.play()
    assert [each["Digits"] for each in stage.app.asked("/key")] == [""] * asked
    assert stage.said(sid) == ([] if asked else ["Next verb."])


async def test_every_key_begins_the_timeout_anew(stage: Stage) -> None:
    stage.app.script = {"/voice": '<Gather action="/key" timeout="3"/>', "/key": "<Hangup/>"}
    sid = stage.dial()
    for _key in range(3):
        await stage.play(seconds=2)
        stage.exchange.calls[sid].press("1")
    await stage.play()
    assert stage.app.times("/key") == [9.0]
    assert stage.app.asked("/key")[0]["Digits"] == "111"


async def test_the_timeout_begins_after_the_prompt(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Gather timeout="4"><Pause length="10"/></Gather><Redirect>/late</Redirect>'
    }
    stage.dial()
    await stage.play()
    assert stage.app.times("/late") == [14.0]


async def test_a_key_cuts_the_prompt_short(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Gather numDigits="1" action="/key"><Say>Press 1 to go on.</Say>'
        '<Pause length="60"/></Gather>',
        "/key": "<Hangup/>",
    }
    stage.dial(choices=[{"hears": "go on"}], reaction_s=2)
    await stage.play()
    spoken = len("Press 1 to go on.") * 0.065
    (pressed,) = stage.app.times("/key")
    assert spoken + 1.5 < pressed <= spoken + 2.0


async def test_a_person_presses_during_the_sentence_that_follows(stage: Stage) -> None:
    text = "Press 1 to wait. " + "We thank you for your patience. " * 20
    stage.app.script = {"/voice": f'<Gather numDigits="1" action="/key"><Say>{text}</Say></Gather>'}
    stage.dial(choices=[{"hears": "wait"}])
    await stage.play()
    (pressed,) = stage.app.times("/key")
    assert pressed == pytest.approx(len("Press 1 to wait") * 0.065 + 1.0, abs=0.1)


async def test_a_choice_is_made_once_per_call(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Gather numDigits="1" timeout="2" action="/voice"><Say>Press 1 to wait.</Say>'
        "</Gather>"
    }
    stage.dial(choices=[{"hears": "wait", "times": 2}])
    await stage.play()
    assert [each.get("Digits") for each in stage.app.asked("/voice")] == [None, "1", "1"]


async def test_what_was_cut_off_is_not_acted_upon(stage: Stage) -> None:
    text = "Please hold on. " * 10 + "Press 1 to leave."
    stage.app.script = {
        "/voice": f'<Gather numDigits="1" action="/key"><Say>{text}</Say></Gather>',
        "/other": '<Gather timeout="60" action="/key"/>',
    }
    sid = stage.dial(choices=[{"hears": "leave"}])
    await stage.play(seconds=2)
    await stage.rest("POST", f"/Calls/{sid}.json", 200, Url="https://app.example/other")
    await stage.play()
    assert stage.app.asked("/key") == []


async def test_hanging_up_during_a_gather_asks_for_nothing(stage: Stage) -> None:
    stage.app.script = {"/voice": '<Gather action="/key" actionOnEmptyResult="true" timeout="60"/>'}
    stage.dial(patience_s=10)
    await stage.play()
    assert stage.app.paths() == ["/voice", "/number-status"]
    assert stage.app.asked("/number-status")[0]["CallDuration"] == "10"


async def test_keys_without_a_listener_are_lost(stage: Stage) -> None:
    stage.app.script = {"/voice": '<Pause length="5"/><Gather action="/key" timeout="1"/>'}
    sid = stage.dial()
    await stage.play(seconds=2)
    stage.exchange.calls[sid].press("1")
    await stage.play()
    assert stage.app.asked("/key") == []
    assert stage.said(sid, "pressed") == ["1 (nobody listened)"]


async def test_talking_takes_time(stage: Stage) -> None:
    stage.app.script = {
        "/voice": f'<Say>{"x" * 100}</Say><Say>Hi</Say><Play>a.mp3</Play><Pause length="2"/>'
        '<Say loop="2">Hi</Say><Redirect>/end</Redirect>'
    }
    stage.dial()
    await stage.play()
    assert stage.app.times("/end") == [pytest.approx(6.5 + 0.5 + 5.0 + 2.0 + 1.0)]


async def test_a_recording_ends_by_key_by_silence_or_by_hanging_up(stage: Stage) -> None:
    stage.app.script = {"/voice": '<Record action="/taken" timeout="3"/>', "/taken": "<Hangup/>"}
    pressed = stage.dial()
    stage.dial("+14155550191")
    stage.dial("+14155550192", patience_s=4.5)
    await stage.play(seconds=2.5)
    stage.exchange.calls[pressed].press("#")
    await stage.play()
    ends = [(each["Digits"], each["RecordingDuration"]) for each in stage.app.asked("/taken")]
    assert ends == [("#", "2"), ("hangup", "4"), ("", "8")]


@pytest.mark.parametrize(("reason", "status"), [("", "no-answer"), (' reason="busy"', "busy")])
async def test_reject_does_not_answer(stage: Stage, reason: str, status: str) -> None:
    stage.app.script = {"/voice": f"<Reject{reason}/>"}
    sid = stage.dial()
    await stage.play()
    call = stage.exchange.calls[sid]
    assert (call.status, call.answered_at) == (status, None)
    assert stage.app.asked("/number-status")[0]["CallStatus"] == status


async def test_answer_on_bridge_lets_the_caller_hear_ringing(stage: Stage) -> None:
    stage.app.script = {
        "/voice": f'<Dial answerOnBridge="true">{AGENT}</Dial>',
    }
    stage.person(AGENT, answers={"after_s": 10}, talk_s=20)
    sid = stage.dial()
    await stage.play()
    assert stage.exchange.calls[sid].duration_s == 20


async def test_star_hangs_up_on_the_other_side(stage: Stage) -> None:
    stage.app.script = {
        "/voice": f'<Dial hangupOnStar="true" action="/done">{AGENT}</Dial>',
        "/done": "<Say>Still with us.</Say>",
    }
    sid = stage.dial()
    await stage.play(seconds=30)
    stage.exchange.calls[sid].press("*")
    await stage.play()
    assert stage.app.asked("/done")[0]["DialBridged"] == "true"
    assert stage.said(sid) == ["Still with us."]


async def test_the_caller_who_hangs_up_while_dialling_cancels_the_other_phone(stage: Stage) -> None:
    stage.app.script = {"/voice": f'<Dial action="/done">{AGENT}</Dial>'}
    stage.person(AGENT, answers="never")
    stage.dial(CALLER, patience_s=5)
    await stage.play()
    (done,) = stage.app.asked("/done")
    assert (done["DialCallStatus"], done["CallStatus"]) == ("canceled", "completed")


async def test_the_time_limit_of_a_dial(stage: Stage) -> None:
    stage.app.script = {
        "/voice": f'<Dial timeLimit="15" action="/done">{AGENT}</Dial>',
        "/done": "<Hangup/>",
    }
    stage.dial()
    await stage.play()
    assert stage.app.asked("/done")[0]["DialCallDuration"] == "15"


async def test_a_person_without_a_persona_waits_for_the_other_side(stage: Stage) -> None:
    stage.app.script = {"/returning": '<Pause length="300"/>'}
    sid = await stage.call()
    await stage.play()
    call = stage.exchange.calls[sid]
    assert call.answered_at is not None
    assert call.duration_s == 300
    assert (call.answered_at - call.created_at).total_seconds() == 3.5


async def test_patience_does_not_end_a_talk(stage: Stage) -> None:
    stage.app.script = {"/voice": f"<Dial>{AGENT}</Dial>"}
    sid = stage.dial(patience_s=10, talk_s=60)
    await stage.play()
    assert stage.exchange.calls[sid].duration_s == pytest.approx(63, abs=1)


async def test_an_unanswered_line_is_not_ours(stage: Stage) -> None:
    with pytest.raises(KeyError):
        stage.exchange.incoming_call(CALLER, "+15550199999")
    assert LINE in stage.account.numbers
