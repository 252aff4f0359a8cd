"""How requests travel: overrides, retries, redirects, fallback, content, faults."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from callback.simulator.transport import ConnectFailure, ReadFailure, Response
from callback.simulator.webhooks import overrides_of
from tests.unit.simulator.stage import CALLER, HOST, LINE, XML, Stage


def answers(*given: Response | Exception | str) -> Iterator[Response | Exception | str]:
    return iter(given)


def voice(stage: Stage, url: str) -> None:
    stage.exchange.set_number(LINE, voice_url=url)


async def test_headers_of_every_request(stage: Stage) -> None:
    stage.dial()
    await stage.play()
    headers = stage.app.requests[0].headers
    assert headers["User-Agent"] == "TwilioProxy/1.1"
    assert headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert re.fullmatch(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["I-Twilio-Idempotency-Token"]
    )


async def test_a_failed_connection_is_tried_once_more_with_the_same_token(stage: Stage) -> None:
    script = answers(ConnectFailure("refused"), "<Say>Hello.</Say>")
    stage.app.script = {"/voice": lambda _asked: _raise(next(script))}
    sid = stage.dial()
    await stage.play()
    first, second = stage.app.requests[:2]
    assert first.path == second.path == "/voice"
    assert (
        first.headers["I-Twilio-Idempotency-Token"] == second.headers["I-Twilio-Idempotency-Token"]
    )
    assert stage.said(sid) == ["Hello."]


def _raise(answer: Response | Exception | str) -> Response | str:
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.mark.parametrize(
    ("fragment", "failure", "tries"),
    [
        ("", ConnectFailure("x"), 2),
        ("", ReadFailure("x"), 1),
        ("", Response(500, {}, b""), 1),
        ("#rc=0", ConnectFailure("x"), 1),
        ("#rc=3&rp=5xx", Response(503, {}, b""), 4),
        ("#rc=2&rp=ct,rt", ReadFailure("x"), 3),
        ("#rc=2&rp=all", Response(404, {}, b""), 3),
        ("#rc=2&rp=5xx", Response(404, {}, b""), 1),
    ],
)
async def test_what_is_retried_and_how_often(
    stage: Stage, fragment: str, failure: Response | Exception, tries: int
) -> None:
    voice(stage, f"{HOST}/voice{fragment}")
    stage.app.script = {"/voice": lambda _asked: _raise(failure)}
    stage.dial()
    await stage.play()
    assert len(stage.app.asked("/voice")) == tries


async def test_overrides_set_the_timeouts(stage: Stage) -> None:
    voice(stage, f"{HOST}/voice#ct=1000&rt=2000&tt=3000")
    stage.dial()
    await stage.play()
    limits = stage.app.timeouts[0]
    assert (limits.connect, limits.read) == (1.0, 2.0)
    assert 2.9 < limits.total <= 3.0


@pytest.mark.parametrize("wrong", ["rc=9", "ct=1", "rp=sometimes", "tries=2", "rt=x"])
async def test_wrong_overrides_are_reported(stage: Stage, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        overrides_of(wrong)
    voice(stage, f"{HOST}/voice#{wrong}")
    stage.app.script = {"/voice": "<Hangup/>"}
    stage.dial()
    await stage.play()
    assert stage.codes() == [11240]


@pytest.mark.parametrize(("status", "method", "told"), [(302, "GET", False), (307, "POST", True)])
async def test_redirects_are_followed(stage: Stage, status: int, method: str, told: bool) -> None:
    moved = Response(status, {"location": "/moved?x=1"}, b"")
    stage.app.script = {"/voice": moved, "/moved": "<Say>Here.</Say>"}
    sid = stage.dial()
    await stage.play()
    request = next(each for each in stage.app.requests if each.path == "/moved")
    assert (request.method, "CallSid" in request.params) == (method, told)
    assert stage.said(sid) == ["Here."]


async def test_eleven_redirects_are_too_many(stage: Stage) -> None:
    stage.app.script = {"/voice": Response(302, {"location": "/voice"}, b"")}
    stage.dial()
    await stage.play()
    assert stage.codes() == [11215]
    assert len(stage.app.asked("/voice")) == 11


async def test_the_fallback_is_told_what_went_wrong(stage: Stage) -> None:
    stage.exchange.set_number(LINE, voice_fallback_url=f"{HOST}/fallback")
    stage.app.script = {"/voice": Response(500, {}, b""), "/fallback": "<Say>Sorry.</Say>"}
    sid = stage.dial()
    await stage.play()
    (asked,) = stage.app.asked("/fallback")
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("11200", f"{HOST}/voice")
    assert stage.said(sid) == ["Sorry."]


async def test_without_a_fallback_the_caller_hears_an_apology(stage: Stage) -> None:
    stage.app.script = {"/voice": Response(200, {"content-type": "application/json"}, b"{}")}
    sid = stage.dial()
    await stage.play()
    assert "application error" in stage.said(sid)[0]
    assert stage.codes() == [12300]
    assert stage.exchange.calls[sid].status == "completed"


async def test_get_puts_the_parameters_into_the_query(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Redirect method="GET">/next?a=b</Redirect>',
        "/next": "<Hangup/>",
    }
    stage.dial()
    await stage.play()
    request = next(each for each in stage.app.requests if each.path == "/next")
    assert request.method == "GET"
    assert request.params["a"] == "b"
    assert request.params["From"] == CALLER


async def test_cookies_come_back_during_the_call(stage: Stage) -> None:
    stage.app.script = {
        "/voice": Response(200, XML, b"<Response><Redirect>/n</Redirect></Response>", {"k": "v"}),
        "/n": "<Hangup/>",
    }
    stage.dial()
    await stage.play()
    assert "Cookie" not in stage.app.requests[0].headers
    assert stage.app.requests[1].headers["Cookie"] == "k=v"


async def test_documents_that_lead_in_a_circle_end(stage: Stage) -> None:
    stage.app.script = {"/voice": "<Redirect/>"}
    sid = stage.dial()
    await stage.play()
    assert stage.codes() == [0]
    assert stage.exchange.calls[sid].ended


async def test_failing_status_events_are_reported_and_do_not_hold_the_call_up(stage: Stage) -> None:
    stage.app.script = {"/returning": "<Hangup/>", "/status": Response(500, {}, b"")}
    sid = await stage.call()
    await stage.play()
    assert stage.codes() == [11200] * 4
    assert stage.exchange.calls[sid].status == "completed"
