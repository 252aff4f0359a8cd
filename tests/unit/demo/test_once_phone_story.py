from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callback.demo.once import kept
from callback.demo.phone import MY_NUMBER, Wanted, rings_here, understand
from callback.demo.story import heard, short, tell, told_params, transcript, twiml_in_words

ZONE = ZoneInfo("America/New_York")
TWIML = """<?xml version="1.0"?><Response>
<Gather action="http://127.0.0.1:1/twilio/voice/offer/x" numDigits="1">
<Say>Press 1 to be called back.</Say></Gather><Redirect>/on</Redirect></Response>"""


@pytest.mark.parametrize(
    ("status", "promise_kept", "good"),
    [
        ("completed", True, True),
        ("completed", False, False),
        ("completed", None, False),
        ("failed", True, False),
    ],
)
def test_only_a_kept_and_completed_promise_is_a_success(
    status: str, promise_kept: bool | None, good: bool
) -> None:
    assert kept({"status": status, "promise_kept": promise_kept}) is good


def test_no_callback_is_no_success() -> None:
    assert kept(None) is False


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("1\n", Wanted("press", "1")),
        ("12125550123#", Wanted("press", "12125550123#")),
        (" Call ", Wanted("call")),
        ("hang up", Wanted("hang up")),
        ("q", Wanted("quit")),
        ("\n", Wanted("nothing")),
        ("what?", Wanted("help")),
        ("1 2", Wanted("help")),
    ],
)
def test_the_phone_understands_what_is_typed(typed: str, wanted: Wanted) -> None:
    assert understand(typed) == wanted


@pytest.mark.parametrize(
    ("to", "status", "rings"),
    [
        (MY_NUMBER, "ringing", True),
        (MY_NUMBER, "in-progress", True),
        (MY_NUMBER, "queued", False),
        (MY_NUMBER, "completed", False),
        ("+12125550100", "ringing", False),
    ],
)
def test_the_phone_notices_calls_to_its_own_number(to: str, status: str, rings: bool) -> None:
    assert rings_here({"call_sid": "CA1", "to": to, "status": status}) is rings


def test_twiml_is_told_verb_by_verb() -> None:
    assert twiml_in_words(TWIML) == [
        "Gather → /twilio/voice/offer/x",
        "  Say “Press 1 to be called back.”",
        "Redirect “/on”",
    ]
    assert twiml_in_words("") == twiml_in_words("{}") == twiml_in_words("<html></html>") == []


def test_a_webhook_is_told_with_its_parameters_and_answer() -> None:
    item = {
        "n": 1,
        "at": "1999-02-08T15:00:01+00:00",
        "kind": "webhook",
        "method": "POST",
        "url": "http://127.0.0.1:8000/twilio/voice/incoming",
        "params": {
            "CallSid": "CA1",
            "From": "+16175550100",
            "ApiVersion": "2010-04-01",
            "Digits": "",
        },
        "status": 200,
        "took_ms": 12.34,
        "body": TWIML,
    }
    told = tell(item, ZONE).plain
    assert told.splitlines()[0] == (
        "10:00:01 Twilio → Callback  POST /twilio/voice/incoming  200, 12 ms"
    )
    assert "From=+16175550100" in told
    assert "ApiVersion" not in told
    assert "Digits" not in told
    assert "Press 1 to be called back." in told
    assert "no answer" in tell({**item, "status": None}, ZONE).plain
    assert "Callback → Twilio" in tell({**item, "kind": "rest"}, ZONE).plain


def test_long_values_are_shortened() -> None:
    assert short("x" * 100) == "x" * 69 + "…"
    assert short("/Accounts/AC" + "de" * 16 + "/Calls") == "/Accounts/AC…dede/Calls"
    assert told_params({"To": "+1", "From": "+2"}) == "From=+2  To=+1"


def test_what_is_heard_names_who_hears_it() -> None:
    line = {"at": "1999-02-08T15:00:01+00:00", "kind": "said", "text": "Hello."}
    assert heard(line, "Jane", ZONE).plain == "10:00:01 Jane: said Hello."


def test_a_transcript_goes_on_where_it_stopped_and_leaves_requests_out() -> None:
    at = "1999-02-08T15:00:01+00:00"
    kinds = ["said", "requested", "replied", "pressed"]
    lines = [{"at": at, "kind": kind, "text": kind} for kind in kinds]
    assert [line.plain for line in transcript(lines, 0, "J", ZONE)] == [
        "10:00:01 J: said said",
        "10:00:01 J: pressed pressed",
    ]
    assert len(transcript(lines, 3, "J", ZONE)) == 1
