"""The archive: what went over the wire, in the form that browsers and proxies read."""

from __future__ import annotations

import io
import json
from typing import Any

from callback.simulator.transport import Response
from tests.unit.simulator.stage import HOST, LINE, XML, Stage

ENTRY = {"startedDateTime", "time", "request", "response", "cache", "timings"}
REQUEST = {
    *("method", "url", "httpVersion", "cookies", "headers", "queryString"),
    *("headersSize", "bodySize"),
}
RESPONSE = {
    *("status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"),
    *("headersSize", "bodySize"),
}
"""What HAR 1.2 asks of every entry."""


def pairs(found: list[dict[str, str]]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in found}


async def archived(stage: Stage) -> list[dict[str, Any]]:
    answer = await stage.client.get("/simulator/archive.har")
    assert "simulator.har" in answer.headers["content-disposition"]
    log = answer.json()["log"]
    assert log["version"] == "1.2"
    assert set(log["creator"]) == {"name", "version"}
    return list(log["entries"])


async def test_webhooks_and_rest_requests_are_archived_whole(stage: Stage) -> None:
    stage.exchange.set_number(LINE, voice_url=f"{HOST}/old")
    moved = Response(302, {"location": "/new?a=1"}, b"")
    document = Response(200, XML, b"<Response><Say>Hello.</Say></Response>")
    stage.app.script = {"/old": moved, "/new": document}
    stage.dial()
    await stage.play()
    await stage.rest("POST", "/Messages.json", 201, To="+14155550111", From=LINE, Body="x y")
    entries = await archived(stage)
    for entry in entries:
        assert set(entry) >= ENTRY
        assert set(entry["request"]) >= REQUEST
        assert set(entry["response"]) >= RESPONSE
        assert set(entry["timings"]) >= {"send", "wait", "receive"}
    first, second = entries[:2]
    assert pairs(first["request"]["postData"]["params"])["CallStatus"] == "ringing"
    assert "X-Twilio-Signature" in pairs(first["request"]["headers"])
    assert (first["response"]["status"], first["response"]["redirectURL"]) == (302, "/new?a=1")
    assert pairs(second["request"]["queryString"]) == {"a": "1"}
    assert "postData" not in second["request"]
    assert second["response"]["content"]["text"] == document.body.decode()
    assert second["response"]["content"]["mimeType"] == "text/xml"
    (rest,) = (entry for entry in entries if entry["comment"] == "rest")
    assert pairs(rest["request"]["postData"]["params"])["Body"] == "x y"
    assert stage.account.auth_token not in json.dumps(entries)


async def test_a_file_keeps_every_entry_as_it_happens(stage: Stage) -> None:
    file = io.StringIO()
    stage.exchange.journal.keep_in(file)
    stage.app.script = {"/voice": "<Hangup/>"}
    stage.dial()
    await stage.play()
    kept = [json.loads(line) for line in file.getvalue().splitlines()]
    assert [entry["n"] for entry in kept] == [1, 2]
    answer = await stage.client.get("/simulator/archive.jsonl")
    assert answer.text == file.getvalue()
