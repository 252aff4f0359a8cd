"""Calls placed by REST: their events, in order, with their parameters; who answers; what is refused."""

from __future__ import annotations

import pytest

from callback.simulator.account import Account
from tests.unit.simulator.stage import AGENT, CALLER, HOST, LINE, Stage


def events(stage: Stage, path: str = "/status") -> list[tuple[str, str]]:
    return [(each["CallStatus"], each["SequenceNumber"]) for each in stage.app.asked(path)]


async def test_a_human_is_detected_called_back_and_bridged(stage: Stage) -> None:
    stage.app.script = {
        "/returning": '<Gather numDigits="1" action="/connect">'
        "<Say>You asked us to call. Press 1 to be connected.</Say></Gather>",
        "/connect": f'<Dial callerId="{LINE}" timeout="20" action="/done"><Number url="/whisper"'
        ' statusCallback="/child" statusCallbackEvent="initiated ringing answered completed">'
        f"{AGENT}</Number></Dial>",
        "/whisper": '<Gather numDigits="1" action="/accept"><Say>Press 1 to accept.</Say></Gather>'
        "<Hangup/>",
        "/accept": "",
        "/done": "<Hangup/>",
    }
    stage.person(CALLER, choices=[{"hears": "connected"}])
    stage.person(AGENT, choices=[{"hears": "accept"}], talk_s=30)
    sid = await stage.call(MachineDetection="Enable")
    await stage.play()
    (returning,) = stage.app.asked("/returning")
    assert returning["Direction"] == "outbound-api"
    assert returning["CallStatus"] == "in-progress"
    assert returning["AnsweredBy"] == "human"
    assert returning["MachineDetectionDuration"] == "2500"
    assert events(stage) == [
        ("initiated", "0"),
        ("ringing", "1"),
        ("in-progress", "2"),
        ("completed", "3"),
    ]
    assert events(stage, "/child") == events(stage)
    child = stage.app.asked("/child")[0]
    assert child["ParentCallSid"] == sid
    assert child["Direction"] == "outbound-dial"
    assert (child["From"], child["To"]) == (LINE, AGENT)
    (whisper,) = stage.app.asked("/whisper")
    assert whisper["CallSid"] == child["CallSid"]
    (done,) = stage.app.asked("/done")
    assert done["CallSid"] == sid
    assert done["DialCallSid"] == child["CallSid"]
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "true")
    assert int(done["DialCallDuration"]) >= 30
    ended = stage.app.asked("/status")[-1]
    assert ended["SipResponseCode"] == "200"
    assert ended["Duration"] == "1"
    assert stage.codes() == []


async def test_an_agent_who_does_not_accept_is_not_bridged(stage: Stage) -> None:
    stage.app.script = {
        "/returning": f'<Dial action="/done"><Number url="/whisper">{AGENT}</Number></Dial>',
        "/whisper": '<Gather timeout="3"><Say>Press 1 to accept.</Say></Gather><Hangup/>',
        "/done": "<Hangup/>",
    }
    await stage.call()
    await stage.play()
    (done,) = stage.app.asked("/done")
    assert (done["DialBridged"], done["DialCallStatus"]) == ("false", "completed")


async def test_the_first_phone_to_answer_wins_and_the_others_stop_ringing(stage: Stage) -> None:
    other = "+14155550133"
    stage.app.script = {
        "/returning": '<Dial action="/done">'
        f'<Number statusCallback="/slow">{AGENT}</Number><Number>{other}</Number></Dial>',
        "/done": "<Hangup/>",
    }
    stage.person(AGENT, answers={"after_s": 10})
    stage.person(other, answers={"after_s": 2}, talk_s=5)
    await stage.call()
    await stage.play()
    assert stage.app.asked("/slow")[0]["CallStatus"] == "canceled"
    assert stage.app.asked("/done")[0]["DialBridged"] == "true"


async def test_dial_rings_one_after_another_when_asked_to(stage: Stage) -> None:
    other = "+14155550133"
    stage.app.script = {
        "/returning": '<Dial sequential="true" timeout="10" action="/done">'
        f'<Number statusCallback="/a">{AGENT}</Number>'
        f'<Number statusCallback="/b" statusCallbackEvent="initiated">{other}</Number></Dial>',
        "/done": "<Hangup/>",
    }
    stage.person(AGENT, answers="busy")
    stage.person(other, talk_s=5)
    await stage.call()
    await stage.play()
    assert stage.app.asked("/a")[0]["CallStatus"] == "busy"
    assert stage.app.times("/b")[0] >= stage.app.times("/a")[0]
    assert stage.app.asked("/done")[0]["DialCallStatus"] == "completed"


async def test_a_foreign_caller_id_fails_the_dial(stage: Stage) -> None:
    stage.app.script = {
        "/returning": f'<Dial callerId="+14155559999" action="/done">{AGENT}</Dial>',
        "/done": "<Hangup/>",
    }
    await stage.call()
    await stage.play()
    assert stage.app.asked("/done")[0]["DialCallStatus"] == "failed"
    assert stage.codes() == [13214]


@pytest.mark.parametrize(
    ("answers", "expected", "sip"),
    [
        ("never", ["initiated", "ringing", "no-answer"], "487"),
        ("busy", ["initiated", "ringing", "busy"], "486"),
        ("reject", ["initiated", "ringing", "no-answer"], "603"),
        ("fail", ["initiated", "failed"], "404"),
    ],
)
async def test_nobody_comes_to_the_phone(
    stage: Stage, answers: str, expected: list[str], sip: str
) -> None:
    stage.person(CALLER, answers=answers)
    sid = await stage.call(Timeout=20)
    await stage.play()
    asked = stage.app.asked("/status")
    assert [each["CallStatus"] for each in asked] == expected
    assert asked[-1]["SipResponseCode"] == sip
    assert asked[-1]["CallDuration"] == "0"
    assert stage.app.asked("/returning") == []
    fetched = await stage.rest("GET", f"/Calls/{sid}.json")
    assert (fetched["status"], fetched["duration"]) == (expected[-1], None)


async def test_a_phone_rings_five_seconds_longer_than_its_timeout(stage: Stage) -> None:
    stage.person(CALLER, answers="never")
    await stage.call(Timeout=20)
    await stage.play()
    assert stage.app.times("/status") == [0.0, 0.5, 25.5]


@pytest.mark.parametrize(
    ("mode", "answered_by", "after_ms"),
    [("Enable", "machine_start", "4000"), ("DetectMessageEnd", "machine_end_beep", "8500")],
)
async def test_a_machine_is_detected(
    stage: Stage, mode: str, answered_by: str, after_ms: str
) -> None:
    stage.app.script = {"/returning": "<Say>We called you.</Say><Hangup/>"}
    stage.person(CALLER, answers={"machine_after_s": 12, "greeting_s": 8})
    sid = await stage.call(MachineDetection=mode)
    await stage.play()
    (returning,) = stage.app.asked("/returning")
    assert returning["AnsweredBy"] == answered_by
    assert returning["MachineDetectionDuration"] == after_ms
    assert stage.app.times("/returning") == [12.5 + int(after_ms) / 1000]
    assert stage.exchange.calls[sid].answered_by == answered_by


async def test_a_long_greeting_outlasts_the_detection(stage: Stage) -> None:
    stage.person(CALLER, answers={"machine_after_s": 1, "greeting_s": 20})
    await stage.call(MachineDetection="DetectMessageEnd", MachineDetectionTimeout=10)
    await stage.play()
    assert stage.app.asked("/returning")[0]["AnsweredBy"] == "machine_end_other"


async def test_detection_in_the_background_does_not_hold_the_document_up(stage: Stage) -> None:
    stage.app.script = {"/returning": '<Pause length="10"/>'}
    await stage.call(
        MachineDetection="Enable", AsyncAmd="true", AsyncAmdStatusCallback=f"{HOST}/amd"
    )
    await stage.play()
    assert "AnsweredBy" not in stage.app.asked("/returning")[0]
    (verdict,) = stage.app.asked("/amd")
    assert set(verdict) == {"AccountSid", "AnsweredBy", "CallSid", "MachineDetectionDuration"}


async def test_a_call_canceled_while_ringing(stage: Stage) -> None:
    stage.person(CALLER, answers="never")
    sid = await stage.call()
    await stage.play(seconds=5)
    await stage.rest("POST", f"/Calls/{sid}.json", 200, Status="canceled")
    await stage.play()
    assert stage.app.asked("/status")[-1]["CallStatus"] == "canceled"
    refused = await stage.rest("POST", f"/Calls/{sid}.json", 400, Status="canceled")
    assert refused["code"] == 21220
    refused = await stage.rest("POST", f"/Calls/{sid}.json", 400, Url=f"{HOST}/x")
    assert refused["code"] == 21220


async def test_a_call_in_progress_cannot_be_canceled_but_completed(stage: Stage) -> None:
    stage.app.script = {"/returning": '<Pause length="100"/>'}
    sid = await stage.call()
    await stage.play(seconds=10)
    refused = await stage.rest("POST", f"/Calls/{sid}.json", 400, Status="canceled")
    assert refused["code"] == 21220
    answer = await stage.rest("POST", f"/Calls/{sid}.json", 200, Status="completed")
    assert answer["status"] == "completed"


async def test_a_call_in_progress_is_redirected_at_once(stage: Stage) -> None:
    stage.app.script = {"/returning": '<Pause length="100"/>', "/other": "<Say>Changed.</Say>"}
    sid = await stage.call()
    await stage.play(seconds=10)
    await stage.rest("POST", f"/Calls/{sid}.json", 200, Url=f"{HOST}/other")
    await stage.play()
    assert stage.app.times("/other") == [10.0]
    assert stage.said(sid) == ["Changed."]


async def test_an_inline_document_is_performed(stage: Stage) -> None:
    sid = await stage.call(Url="", Twiml="<Response><Say>Inline.</Say></Response>")
    await stage.play()
    assert stage.said(sid) == ["Inline."]


async def test_an_inline_document_needs_absolute_actions(stage: Stage) -> None:
    twiml = (
        '<Response><Gather numDigits="1" action="/k"><Say>Press 1 to go.</Say></Gather></Response>'
    )
    stage.person(CALLER, choices=[{"hears": "go"}])
    await stage.call(Url="", Twiml=twiml)
    await stage.play()
    assert stage.codes() == [11100]


async def test_further_rings_of_one_person(stage: Stage) -> None:
    stage.person(CALLER, answers="busy", answers_next=["never", {"after_s": 1}])
    for _ring in range(3):
        await stage.call(Timeout=10)
        await stage.play()
    ends = [each["CallStatus"] for each in stage.app.asked("/status") if "CallDuration" in each]
    assert ends == ["busy", "no-answer", "completed"]


async def test_the_time_limit_ends_a_call(stage: Stage) -> None:
    stage.app.script = {"/returning": '<Pause length="1000"/>'}
    sid = await stage.call(TimeLimit=60)
    await stage.play()
    assert stage.exchange.calls[sid].duration_s == 60


async def test_calls_leave_at_the_accounts_rate_and_wait_in_line() -> None:
    stage = Stage(calls_per_second=0.5)
    try:
        sids = [await stage.call(f"+1415555020{index}") for index in range(4)]
        times = [(await stage.rest("GET", f"/Calls/{sid}.json"))["queue_time"] for sid in sids]
        assert times == ["0", "2000", "4000", "6000"]
        await stage.play(seconds=1)
        canceled = await stage.rest("POST", f"/Calls/{sids[2]}.json", 200, Status="canceled")
        assert canceled["status"] == "canceled"
        await stage.play()
        initiated = [
            (request.params["CallSid"], (request.at - stage.app.requests[0].at).total_seconds())
            for request in stage.app.requests
            if request.params.get("CallStatus") == "initiated"
        ]
        assert initiated == [(sids[0], 0.0), (sids[1], 2.0), (sids[3], 4.0)]
        told = {each["CallSid"] for each in stage.app.asked("/status")}
        assert sids[2] not in told
    finally:
        await stage.close()


async def test_a_limit_on_calls_at_once() -> None:
    stage = Stage(max_calls=1)
    try:
        await stage.call()
        refused = await stage.rest(
            "POST", "/Calls.json", 429, To=CALLER, From=LINE, Url=f"{HOST}/x"
        )
        assert refused["code"] == 10004
        sid = stage.dial("+14155550190")
        assert stage.exchange.calls[sid].status == "busy"
    finally:
        await stage.close()


def test_the_demo_account_has_well_formed_credentials() -> None:
    account = Account()
    assert len(account.sid) == 34
    assert len(account.auth_token) == 32
