"""One row per attribute: what is given, what is read, and under which code a wrong value is reported."""

from __future__ import annotations

from typing import Any

import pytest

from callback.simulator.twiml.contexts import ALLOWED, Context
from callback.simulator.twiml.document import (
    LARGEST_BYTES,
    Document,
    read_answer,
    read_document,
)
from callback.simulator.twiml.flow import Hangup
from callback.simulator.twiml.speech import Play, Say


def read(verbs: str, context: Context = Context.CALL) -> Document:
    return read_document(f"<Response>{verbs}</Response>", context)


def codes(document: Document) -> list[tuple[int, str]]:
    return [(complaint.code, complaint.level) for complaint in document.complaints]


DEFAULTS: list[tuple[str, dict[str, Any]]] = [
    ("<Say>Hi</Say>", {"text": "Hi", "voice": "man", "language": "en-US", "loop": 1}),
    ("<Play>a.mp3</Play>", {"url": "a.mp3", "loop": 1, "digits": ""}),
    ("<Pause/>", {"length": 1}),
    (
        "<Gather/>",
        {
            "action": None,
            "method": "POST",
            "input": "dtmf",
            "timeout": 5,
            "num_digits": None,
            "finish_on_key": "#",
            "action_on_empty_result": False,
            "language": "en-US",
            "prompts": (),
        },
    ),
    (
        "<Record/>",
        {
            "action": None,
            "method": "POST",
            "timeout": 5,
            "finish_on_key": "1234567890*#",
            "max_length": 3600,
            "play_beep": True,
            "status_callback_events": frozenset({"completed"}),
        },
    ),
    (
        "<Enqueue>q</Enqueue>",
        {
            "name": "q",
            "action": None,
            "method": "POST",
            "wait_url": None,
            "wait_method": "GET",
            "max_size": None,
        },
    ),
    ('<Enqueue waitUrl="/w">q</Enqueue>', {"wait_url": "/w", "wait_method": "POST"}),
    ('<Enqueue waitUrl="">q</Enqueue>', {"wait_url": "", "wait_method": "GET"}),
    ("<Redirect>/x</Redirect>", {"url": "/x", "method": "POST"}),
    ("<Redirect/>", {"url": ""}),
    ("<Reject/>", {"reason": "rejected"}),
    (
        "<Dial>+14155550111</Dial>",
        {
            "action": None,
            "method": "POST",
            "timeout": 30,
            "time_limit": 14400,
            "caller_id": "",
            "answer_on_bridge": False,
            "hangup_on_star": False,
            "record": "do-not-record",
            "sequential": False,
        },
    ),
]

GIVEN: list[tuple[str, dict[str, Any]]] = [
    ('<Say voice="Polly.Joanna" language="es-MX" loop="0">Hola</Say>', {"loop": 0}),
    ('<Say>a <break time="1s"/> <emphasis>b</emphasis></Say>', {"text": "a b"}),
    ('<Play digits="1ww2"/>', {"digits": "1ww2"}),
    ('<Pause length="30"/>', {"length": 30}),
    ('<Gather finishOnKey=""/>', {"finish_on_key": ""}),
    ('<Gather finishOnKey="*"/>', {"finish_on_key": "*"}),
    ('<Gather numDigits="4" timeout="9" method="get"/>', {"num_digits": 4, "method": "GET"}),
    ('<Gather actionOnEmptyResult="TRUE"/>', {"action_on_empty_result": True}),
    ('<Gather input="dtmf speech" speechTimeout="auto" hints="a,b"/>', {"input": "dtmf speech"}),
    ("<Gather><Say>x</Say><Pause/></Gather>", {"timeout": 5}),
    ('<Record maxLength="60" timeout="0" trim="do-not-trim"/>', {"max_length": 60, "timeout": 0}),
    ('<Record recordingStatusCallbackEvent="completed absent"/>', {"max_length": 3600}),
    ('<Enqueue maxQueueSize="10">q</Enqueue>', {"max_size": 10}),
    ('<Reject reason="busy"/>', {"reason": "busy"}),
    ('<Dial sequential="true" hangupOnStar="true">+1</Dial>', {"hangup_on_star": True}),
    ('<Dial record="record-from-answer">+1</Dial>', {"record": "record-from-answer"}),
    ('<Dial answerOnBridge="true" timeLimit="60">+1</Dial>', {"answer_on_bridge": True}),
]

WRONG: list[tuple[str, int, dict[str, Any]]] = [
    ('<Say loop="x">Hi</Say>', 13510, {"loop": 1}),
    ('<Say loop="1001">Hi</Say>', 13510, {"loop": 1}),
    ("<Say/>", 13520, {"text": ""}),
    ('<Play loop="-1">a</Play>', 13410, {"loop": 1}),
    ('<Play digits="12x"/>', 13430, {}),
    ('<Pause length="x"/>', 13910, {"length": 1}),
    ('<Gather finishOnKey="12"/>', 13310, {"finish_on_key": "#"}),
    ('<Gather method="PUT"/>', 13312, {"method": "POST"}),
    ('<Gather timeout="0"/>', 13313, {"timeout": 5}),
    ('<Gather numDigits="0"/>', 13314, {"num_digits": None}),
    ('<Gather input="voice"/>', 13326, {"input": "dtmf"}),
    ('<Gather speechTimeout="x"/>', 13327, {}),
    ('<Gather actionOnEmptyResult="yes"/>', 13338, {"action_on_empty_result": False}),
    ('<Gather bargeIn="x"/>', 13332, {}),
    ('<Record method="x"/>', 13610, {}),
    ('<Record timeout="x"/>', 13611, {"timeout": 5}),
    ('<Record maxLength="20000"/>', 13612, {"max_length": 3600}),
    ('<Record finishOnKey="a"/>', 13613, {"finish_on_key": "1234567890*#"}),
    ('<Record playBeep="x"/>', 13616, {"play_beep": True}),
    ('<Enqueue method="x">q</Enqueue>', 14201, {"method": "POST"}),
    ('<Enqueue waitUrl="/w" waitUrlMethod="x">q</Enqueue>', 14206, {"wait_method": "POST"}),
    ('<Redirect method="x">/a</Redirect>', 13710, {"method": "POST"}),
    ('<Reject reason="x"/>', 13810, {"reason": "rejected"}),
    ('<Dial timeout="4">+1</Dial>', 13212, {"timeout": 30}),
    ('<Dial timeout="601">+1</Dial>', 13212, {"timeout": 30}),
    ('<Dial method="x">+1</Dial>', 13210, {}),
    ('<Dial hangupOnStar="x">+1</Dial>', 13213, {}),
    ('<Dial timeLimit="0">+1</Dial>', 13216, {"time_limit": 14400}),
    ('<Dial record="x">+1</Dial>', 13217, {}),
    ('<Say Voice="man">Hi</Say>', 12200, {"voice": "man"}),
    ('<Leave why="x"/>', 12200, {}),
    ('<Gather num_digits="1"/>', 12200, {"num_digits": None}),
]


@pytest.mark.parametrize(("verb", "expected"), DEFAULTS + GIVEN)
def test_values_and_defaults(verb: str, expected: dict[str, Any]) -> None:
    document = read(verb)
    assert codes(document) == []
    (value,) = document.verbs
    assert {name: getattr(value, name) for name in expected} == expected


@pytest.mark.parametrize(("verb", "code", "expected"), WRONG)
def test_a_wrong_value_is_reported_and_the_default_used(
    verb: str, code: int, expected: dict[str, Any]
) -> None:
    document = read(verb)
    assert codes(document) == [(code, "warning")]
    (value,) = document.verbs
    assert {name: getattr(value, name) for name in expected} == expected


FATAL: list[tuple[str, int]] = [
    ("<say>Hi</say>", 12200),
    ("<Speak>Hi</Speak>", 12200),
    ("<Message>Hi</Message>", 12200),
    ("<Gather><Dial>+1</Dial></Gather>", 13320),
    ("<Gather><Gather/></Gather>", 13320),
    ("<Say><Play>x</Play></Say>", 12200),
    ("<Redirect><Say>x</Say></Redirect>", 12200),
    ("<Hangup><Say>x</Say></Hangup>", 12200),
    ("<Leave><Say>x</Say></Leave>", 12200),
    ("<Enqueue/>", 14204),
    (f"<Enqueue>{'q' * 65}</Enqueue>", 14205),
    ("<Enqueue><Task/></Enqueue>", 14204),
    ("<Dial/>", 13215),
    ("<Dial><Say>x</Say></Dial>", 13215),
    ("<Dial><Queue>q</Queue><Conference>c</Conference></Dial>", 13215),
    ("<Dial>" + "<Number>+14155550111</Number>" * 11 + "</Dial>", 13215),
    ("<Dial><Queue/></Dial>", 14212),
    ("<Dial><Conference/></Dial>", 13237),
]


@pytest.mark.parametrize(("verb", "code"), FATAL)
def test_a_wrong_element_drops_the_document(verb: str, code: int) -> None:
    error = read(verb).error
    assert error is not None
    assert error.code == code


@pytest.mark.parametrize("context", list(Context))
@pytest.mark.parametrize(
    "verb",
    [
        "<Say>x</Say>",
        "<Play>x</Play>",
        "<Pause/>",
        "<Gather/>",
        "<Record/>",
        "<Enqueue>q</Enqueue>",
        "<Leave/>",
        "<Dial>+1</Dial>",
        "<Redirect/>",
        "<Hangup/>",
        "<Reject/>",
        "<Message>x</Message>",
    ],
)
def test_each_place_allows_its_verbs_and_no_others(context: Context, verb: str) -> None:
    tag = verb[1:].partition(">")[0].rstrip("/")
    error = read(verb, context).error
    assert (error is None) == (tag in ALLOWED[context])


@pytest.mark.parametrize(
    ("verb", "context", "code"),
    [
        ("<Gather/>", Context.CONFERENCE_WAIT, 13238),
        ("<Hangup/>", Context.CONFERENCE_WAIT, 13238),
        ("<Dial>+1</Dial>", Context.WHISPER, 13201),
        ("<Dial>+1</Dial>", Context.WAITING, 12200),
        ("<Gather/>", Context.DEQUEUED, 12200),
        ("<Say>x</Say>", Context.MESSAGE, 14110),
    ],
)
def test_the_wrong_place_has_a_code(verb: str, context: Context, code: int) -> None:
    error = read(verb, context).error
    assert error is not None
    assert error.code == code


def test_nouns_of_dial_carry_their_defaults() -> None:
    (dial,) = read("<Dial><Number>+14155550111</Number><Client>bob</Client></Dial>").verbs
    number, client = dial.targets  # type: ignore[union-attr]
    assert (number.address, client.address) == ("+14155550111", "client:bob")
    assert number.status_callback_events == {"completed"}
    assert (number.machine_detection, number.machine_detection_timeout) == ("", 30)
    (dial,) = read('<Dial><Queue url="/n">q</Queue></Dial>').verbs
    assert (dial.queue.name, dial.queue.url, dial.queue.method) == ("q", "/n", "POST")  # type: ignore[union-attr]
    (dial,) = read("<Dial><Conference>c</Conference></Dial>").verbs
    room = dial.conference  # type: ignore[union-attr]
    assert (room.start_on_enter, room.end_on_exit, room.muted, room.beep) == (
        True,
        False,
        False,
        "true",
    )
    assert room.status_callback_events == {"start", "end"}
    assert (room.wait_url, room.wait_method, room.max_participants) == (None, "POST", 250)


def test_events_of_a_number_are_words_with_spaces() -> None:
    (dial,) = read(
        '<Dial><Number statusCallbackEvent="initiated answered">+1</Number></Dial>'
    ).verbs
    assert dial.targets[0].status_callback_events == {"initiated", "answered"}  # type: ignore[union-attr]
    wrong = read('<Dial><Number statusCallbackEvent="answerd">+1</Number></Dial>')
    assert codes(wrong) == [(12200, "warning")]


XML = b"<Response><Hangup/></Response>"


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", "text/html", "text/plain"])
def test_content_types_that_are_read_as_twiml(kind: str) -> None:
    assert read_answer(kind, XML, "u", Context.CALL).verbs == (Hangup(),)


def test_plain_text_is_read_aloud_and_audio_is_played() -> None:
    text = read_answer("text/plain", b"Hello there", "u", Context.CALL)
    assert text.verbs == (Say("Hello there"), Hangup())
    assert read_answer("audio/mpeg", b"\0", "u", Context.CALL).verbs == (Play("u"),)


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/json", b"{}", 12300),
        ("", XML, 12300),
        ("text/xml", b"", 11770),
        ("text/xml", b"<Response>", 12100),
        ("text/xml", b"<Reply/>", 12102),
        ("text/xml", b"<Response>" + b" " * LARGEST_BYTES + b"</Response>", 11750),
    ],
)
def test_answers_that_cannot_be_used(kind: str, body: bytes, code: int) -> None:
    error = read_answer(kind, body, "u", Context.CALL).error
    assert error is not None
    assert error.code == code


def test_a_message_answer() -> None:
    document = read(
        '<Message to="+1"><Body>Hi</Body><Media>http://x/y.png</Media></Message>', Context.MESSAGE
    )
    (message,) = document.verbs
    assert (message.body, message.media) == ("Hi", ("http://x/y.png",))  # type: ignore[union-attr]
    too_long = read(f"<Message>{'x' * 1601}</Message>", Context.MESSAGE).error
    assert too_long is not None
    assert too_long.code == 14103
