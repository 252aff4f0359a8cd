"""What belongs to the account: numbers that can be set up, recordings, kept answers, its debugger."""

from __future__ import annotations

import io
import json
import wave

import pytest

from callback.simulator.transport import ConnectFailure, Response
from callback.simulator.webhooks import Webhook
from tests.unit.simulator.stage import CALLER, HOST, LINE, XML, Stage


async def _sid_of(stage: Stage, number: str = LINE) -> str:
    found = await stage.rest("GET", "/IncomingPhoneNumbers.json", 200, PhoneNumber=number)
    return str(found["incoming_phone_numbers"][0]["sid"])


async def test_a_number_is_set_up_over_the_api_and_rings_there(stage: Stage) -> None:
    sid = await _sid_of(stage)
    stage.app.script = {"/new": "<Hangup/>"}
    path = f"/IncomingPhoneNumbers/{sid}.json"
    changed = await stage.rest("POST", path, 200, VoiceUrl=f"{HOST}/new", VoiceMethod="GET")
    assert (changed["voice_url"], changed["voice_method"]) == (f"{HOST}/new", "GET")
    assert changed["sms_url"] == f"{HOST}/sms"
    stage.dial()
    await stage.play()
    (asked,) = (each for each in stage.app.requests if each.path == "/new")
    assert asked.method == "GET"


async def test_numbers_are_bought_and_given_back(stage: Stage) -> None:
    bought = await stage.rest("POST", "/IncomingPhoneNumbers.json", 201, AreaCode="500")
    assert bought["phone_number"].startswith("+1500")
    path = f"/IncomingPhoneNumbers/{bought['sid']}.json"
    assert (await stage.rest("GET", path, 200))["sid"] == bought["sid"]
    await stage.rest("DELETE", path, 204)
    await stage.rest("GET", path, 404)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"PhoneNumber": "+15005550000"}, 21422),
        ({"PhoneNumber": "+15005550001"}, 21421),
        ({"PhoneNumber": LINE}, 21422),
        ({"AreaCode": "533"}, 21452),
        ({}, 21421),
    ],
)
async def test_numbers_that_cannot_be_bought(stage: Stage, form: dict[str, str], code: int) -> None:
    refused = await stage.rest("POST", "/IncomingPhoneNumbers.json", 400, **form)
    assert refused["code"] == code


async def test_the_test_number_can_be_bought(stage: Stage) -> None:
    form = {"PhoneNumber": "+15005550006"}
    assert await stage.rest("POST", "/IncomingPhoneNumbers.json", 201, **form)


async def test_a_recording_can_be_heard_listed_and_thrown_away(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Record action="/taken" timeout="2" recordingStatusCallback="/told"'
        ' recordingStatusCallbackEvent="in-progress completed"/>',
        "/taken": "<Hangup/>",
    }
    call = stage.dial(records_s=4)
    await stage.play()
    (taken,) = stage.app.asked("/taken")
    assert taken["RecordingDuration"] == "6"
    told = [each["RecordingStatus"] for each in stage.app.asked("/told")]
    assert told == ["in-progress", "completed"]
    sound = await stage.client.get(taken["RecordingUrl"])
    with wave.open(io.BytesIO(sound.content)) as file:
        assert file.getnframes() / file.getframerate() == 6
    listed = await stage.rest("GET", f"/Calls/{call}/Recordings.json", 200)
    sid = listed["recordings"][0]["sid"]
    assert taken["RecordingUrl"].endswith(sid)
    await stage.rest("DELETE", f"/Recordings/{sid}.json", 204)
    await stage.rest("GET", f"/Recordings/{sid}.json", 404)
    assert (await stage.client.get(taken["RecordingUrl"])).status_code == 404


async def test_who_says_nothing_leaves_no_recording(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Record action="/taken" timeout="2" recordingStatusCallback="/told"'
        ' recordingStatusCallbackEvent="completed absent"/><Say>Nothing heard.</Say>',
    }
    sid = stage.dial(records_s=0)
    await stage.play()
    assert stage.app.asked("/taken") == []
    assert [each["RecordingStatus"] for each in stage.app.asked("/told")] == ["absent"]
    assert stage.said(sid) == ["Nothing heard."]


async def test_an_answer_to_get_is_kept_as_long_as_it_holds(stage: Stage) -> None:
    asked: list[str] = []

    def music(_: dict[str, str]) -> Response:
        condition = stage.app.requests[-1].headers.get("If-None-Match", "")
        asked.append(condition)
        if condition == "v1":
            return Response(304, {}, b"")
        return Response(200, {**XML, "etag": "v1"}, b"<Response><Say>La.</Say></Response>")

    stage.app.script = {"/music": music}
    webhook = Webhook(f"{HOST}/music", (), "GET")
    answers = [await stage.exchange.postman.send(webhook) for _ in range(3)]
    assert asked == ["", "v1", "v1"]
    said = {(answer.status, answer.content_type, answer.body) for answer in answers}
    assert said == {(200, "text/xml", b"<Response><Say>La.</Say></Response>")}


async def test_the_debugger_is_told_of_what_goes_wrong(stage: Stage) -> None:
    stage.account.debugger_url = f"{HOST}/debugger"
    stage.app.script = {"/voice": "<Nonsense/>"}
    call = stage.dial()
    await stage.play()
    (told,) = stage.app.asked("/debugger")
    payload = json.loads(told["Payload"])
    assert (told["Level"], payload["error_code"], payload["resource_sid"]) == (
        "Error",
        "12200",
        call,
    )
    assert told["Sid"].startswith("NO")


async def test_a_broken_debugger_is_not_told_of_itself(stage: Stage) -> None:
    stage.account.debugger_url = f"{HOST}/debugger"
    stage.app.script = {"/voice": "<Nonsense/>", "/debugger": Response(500, {}, b"")}
    stage.dial()
    await stage.play()
    assert len(stage.app.asked("/debugger")) == 1
    assert stage.codes() == [12200, 11200]


@pytest.mark.parametrize(("code", "expected"), [(11205, 11205), (11210, 11210), (11237, 11237)])
async def test_why_no_connection_came_about_has_a_code(
    stage: Stage, code: int, expected: int
) -> None:
    stage.app.script = {"/voice": ConnectFailure("no", code)}
    stage.dial()
    await stage.play()
    assert stage.codes() == [expected]


@pytest.mark.parametrize(
    ("texts", "statuses", "code"),
    [
        ("delivered", ["sending", "sent", "delivered"], None),
        ("undelivered", ["sending", "sent", "undelivered"], "30003"),
        ("failed", ["sending", "failed"], "30005"),
    ],
)
async def test_what_becomes_of_a_message(
    stage: Stage, texts: str, statuses: list[str], code: str | None
) -> None:
    stage.person(CALLER, texts=texts)
    form = {"To": CALLER, "From": LINE, "Body": "Hi", "StatusCallback": f"{HOST}/sms-status"}
    await stage.rest("POST", "/Messages.json", 201, **form)
    await stage.play()
    told = stage.app.asked("/sms-status")
    assert [each["MessageStatus"] for each in told] == statuses
    assert told[-1].get("ErrorCode") == code


async def test_a_participant_on_hold_hears_the_hold_url_until_taken_off(stage: Stage) -> None:
    stage.app.script = {
        "/voice": "<Dial><Conference>room</Conference></Dial>",
        "/hold": '<Say>Please hold.</Say><Pause length="600"/><Say>Still there?</Say>',
    }
    sid = stage.dial()
    stage.dial("+14155550190")
    await stage.play(seconds=5)
    path = f"/Conferences/room/Participants/{sid}.json"
    held = {"Hold": "true", "HoldUrl": f"{HOST}/hold"}
    assert (await stage.rest("POST", path, 200, **held))["hold"] is True
    await stage.play(seconds=5)
    assert [each.method for each in stage.app.requests if each.path == "/hold"] == ["GET"]
    await stage.rest("POST", path, 200, Hold="false")
    await stage.play(seconds=700)
    assert stage.said(sid) == ["Please hold."]
