"""Every attribute of every verb, from the outside: a document in, and what the application is asked then.

Rows follow the tables of Twilio's TwiML pages; each row's document goes through HTTP and signature, and what
comes back is read off the requests and the call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from callback.simulator.call import Call
from tests.unit.simulator.stage import AGENT, CALLER, HOST, LINE, Request, Stage

GATHER = "<Gather {}><Say>Press 1 to go on.</Say></Gather><Say>Nothing came.</Say>"
WAITING = "<Gather numDigits='1' action='/key'><Say>Press 1 to leave.</Say></Gather>"


@dataclass
class Row:
    """One attribute: the document it stands in, whom the call meets, and what must be seen."""

    name: str
    voice: str
    asks: dict[str, dict[str, str]] = field(default_factory=dict)
    method: dict[str, str] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    says: list[str] | None = None
    codes: list[int] = field(default_factory=list)
    seconds: int | None = None
    documents: dict[str, str] = field(default_factory=dict)
    caller: dict[str, Any] = field(default_factory=dict)
    agent: dict[str, Any] = field(default_factory=dict)
    status: str = "completed"


ONE = {"choices": [{"hears": "go on"}]}
FOUR = {"choices": [{"hears": "Press", "presses": "1234"}]}
SPEAKS = {"choices": [{"hears": "Press", "says": "one"}]}
DIAL = f"<Dial {{}}><Number {{}}>{AGENT}</Number></Dial><Say>After.</Say>"
ROOM = "<Dial action='/dialed'><Conference {}>room</Conference></Dial>"
DONE = {"/done": "<Hangup/>", "/dialed": "<Hangup/>", "/key": "<Leave/>"}
TALKS = {"talk_s": 20}

ROWS = [
    Row("Say loop", "<Say loop='3'>La.</Say>", says=["La."] * 3),
    Row("Say loop 0", "<Say loop='0'>La.</Say>", caller={"patience_s": 4.8}, seconds=4),
    Row("Say loop too large", "<Say loop='1001'>La.</Say>", says=["La."], codes=[13510]),
    Row("Say voice and language", "<Say voice='Polly.Lupe' language='es-US'>Hola.</Say>", says=["Hola."]),
    Row("Say nothing", "<Say/>", codes=[13520], says=[]),
    Row("Say unknown attribute", "<Say pitch='high'>La.</Say>", codes=[12200], says=["La."]),
    Row("Play loop", "<Play loop='2'>/sound.wav</Play>", seconds=10),
    Row("Play digits", "<Play digits='1w2W3'/>", seconds=2),
    Row("Play digits wrong", "<Play digits='abc'/>", codes=[13430]),
    Row("Pause length", "<Say>Hm.</Say><Pause length='7'/>", seconds=7),
    Row("Pause default", "<Say>Hm.</Say><Pause/>", seconds=1),
    Row("Hangup", "<Hangup/><Say>Unheard.</Say>", says=[]),
    Row("Reject", "<Reject/>", status="no-answer"),
    Row("Reject busy", "<Reject reason='busy'/>", status="busy"),
    Row("Reject wrong reason", "<Reject reason='tired'/>", status="no-answer", codes=[13810]),
    Row("Redirect", "<Redirect>done?x=1</Redirect>", asks={"/done": {"x": "1"}}, method={"/done": "POST"}),
    Row("Redirect method", "<Redirect method='GET'>/done</Redirect>", method={"/done": "GET"}),
    Row("Redirect method wrong", "<Redirect method='PUT'>/done</Redirect>", method={"/done": "POST"},
        codes=[13710]),
    Row("Gather action", GATHER.format("numDigits='1' action='/done'"), asks={"/done": {"Digits": "1"}},
        caller=ONE),
    Row("Gather method", GATHER.format("numDigits='1' action='/done' method='GET'"),
        asks={"/done": {"Digits": "1"}}, method={"/done": "GET"}, caller=ONE),
    Row("Gather numDigits", GATHER.format("numDigits='3' action='/done'"), asks={"/done": {"Digits": "123"}},
        caller=FOUR),
    Row("Gather finishOnKey", GATHER.format("finishOnKey='3' action='/done'"),
        asks={"/done": {"Digits": "12"}}, caller=FOUR),
    Row("Gather finishOnKey default", GATHER.format("action='/done'"), asks={"/done": {"Digits": "12"}},
        caller={"choices": [{"hears": "Press", "presses": "12#3"}]}),
    Row("Gather finishOnKey empty", GATHER.format("finishOnKey='' timeout='2' action='/done'"),
        asks={"/done": {"Digits": "1#2"}}, caller={"choices": [{"hears": "Press", "presses": "1#2"}]}),
    Row("Gather finishOnKey wrong", GATHER.format("finishOnKey='ab' action='/done'"), codes=[13310],
        asks={"/done": {"Digits": "12"}}, caller={"choices": [{"hears": "Press", "presses": "12#"}]}),
    Row("Gather only the finish key", GATHER.format("action='/done'"), never=("/done",),
        caller={"choices": [{"hears": "Press", "presses": "#"}]}),
    Row("Gather timeout", "<Gather timeout='9' action='/done'/>", never=("/done",), seconds=9),
    Row("Gather timeout restarts per key", "<Gather timeout='3' action='/done'/>",
        asks={"/done": {"Digits": "12"}}, caller={}, documents={"/done": "<Hangup/>"}),
    Row("Gather timeout wrong", "<Gather timeout='0' action='/done'/>", codes=[13313], seconds=5),
    Row("Gather actionOnEmptyResult", "<Gather timeout='1' actionOnEmptyResult='true' action='/done'/>",
        asks={"/done": {"Digits": ""}}),
    Row("Gather input speech", GATHER.format("input='speech' action='/done'"),
        asks={"/done": {"SpeechResult": "one", "Confidence": "0.9"}}, caller=SPEAKS),
    Row("Gather input dtmf hears no words", GATHER.format("timeout='2' action='/done'"), never=("/done",),
        caller=SPEAKS),
    Row("Gather speechTimeout", "<Gather input='speech' speechTimeout='4' action='/done'/>",
        asks={"/done": {"SpeechResult": "hello"}}),
    Row("Gather speechTimeout wrong", GATHER.format("input='speech' speechTimeout='long' action='/done'"),
        codes=[13327]),
    Row("Gather hints", GATHER.format(f"input='speech' hints='{'x' * 101}' action='/done'"), codes=[13330]),
    Row("Gather language and models", GATHER.format(
        "input='speech' language='fr-FR' speechModel='phone_call' enhanced='true' profanityFilter='false'"
        " speechTimeout='2' action='/done'"), asks={"/done": {"SpeechResult": "one"}}, caller=SPEAKS),
    Row("Gather partialResultCallback", GATHER.format(
        "input='speech' partialResultCallback='/part' partialResultCallbackMethod='GET' action='/done'"),
        asks={"/part": {"UnstableSpeechResult": "one"}}, method={"/part": "GET"}, caller=SPEAKS),
    Row("Gather nested verb", "<Gather><Dial>+14155550122</Dial></Gather>", codes=[13320]),
    Row("Record action", "<Record action='/done' playBeep='false'/>",
        asks={"/done": {"RecordingDuration": "10", "Digits": ""}}),
    Row("Record method", "<Record action='/done' method='GET'/>", method={"/done": "GET"}),
    Row("Record timeout", "<Record action='/done' timeout='2' playBeep='false'/>",
        asks={"/done": {"RecordingDuration": "7"}}),
    Row("Record timeout 0", "<Record action='/done' timeout='0' maxLength='30' playBeep='false'/>",
        asks={"/done": {"RecordingDuration": "30"}}),
    Row("Record maxLength", "<Record action='/done' maxLength='4' playBeep='false'/>",
        asks={"/done": {"RecordingDuration": "4"}}),
    Row("Record maxLength wrong", "<Record action='/done' maxLength='14401' playBeep='false'/>",
        asks={"/done": {"RecordingDuration": "10"}}, codes=[13612]),
    Row("Record finishOnKey", "<Say>Press 1 to go on.</Say><Record action='/done' finishOnKey='15'/>",
        asks={"/done": {"Digits": "1"}}, caller={**ONE, "reaction_s": 2}),
    Row("Record playBeep", "<Record action='/done' maxLength='1' playBeep='false'/>",
        asks={"/done": {"RecordingDuration": "1"}}, seconds=1),
    Row("Record trim wrong", "<Record action='/done' trim='never'/>", codes=[13699]),
    Row("Record recordingStatusCallback", "<Record action='/done' recordingStatusCallback='/told'/>",
        asks={"/told": {"RecordingStatus": "completed", "RecordingSource": "RecordVerb"}},
        method={"/told": "POST"}),
    Row("Record recordingStatusCallbackMethod and Event", "<Record action='/done'"
        " recordingStatusCallback='/told' recordingStatusCallbackMethod='GET'"
        " recordingStatusCallbackEvent='in-progress'/>",
        asks={"/told": {"RecordingStatus": "in-progress"}}, method={"/told": "GET"}),
    Row("Record transcribe", "<Record action='/done' transcribe='true' transcribeCallback='/text'/>",
        asks={"/done": {}}),
    Row("Enqueue action and waitUrl", "<Enqueue action='/done' waitUrl='/wait'>support</Enqueue>",
        asks={"/wait": {"QueuePosition": "1", "QueueTime": "0", "CurrentQueueSize": "1",
                        "MaxQueueSize": "1000"}, "/done": {"QueueResult": "leave"}},
        caller={"choices": [{"hears": "leave"}]}),
    Row("Enqueue method and waitUrlMethod", "<Enqueue action='/done' method='GET' waitUrl='/wait'"
        " waitUrlMethod='GET'>support</Enqueue>", method={"/wait": "GET", "/done": "GET"},
        caller={"choices": [{"hears": "leave"}]}),
    Row("Enqueue maxQueueSize", "<Enqueue action='/done' waitUrl='/wait' maxQueueSize='7'>q</Enqueue>",
        asks={"/wait": {"MaxQueueSize": "7"}}, caller={"patience_s": 5}),
    Row("Enqueue silence", "<Enqueue action='/done' waitUrl=''>q</Enqueue>",
        asks={"/done": {"QueueResult": "hangup", "QueueTime": "5"}}, caller={"patience_s": 5}),
    Row("Enqueue name too long", f"<Enqueue>{'x' * 65}</Enqueue>", codes=[14205]),
    Row("Enqueue workflowSid", "<Enqueue workflowSid='WW1'/>", codes=[12200]),
    Row("Leave outside of a queue", "<Leave/><Say>Still here.</Say>", says=["Still here."]),
    Row("Dial action", DIAL.format("action='/dialed'", ""), agent=TALKS,
        asks={"/dialed": {"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "20"}}),
    Row("Dial method", DIAL.format("action='/dialed' method='GET'", ""), agent=TALKS,
        method={"/dialed": "GET"}),
    Row("Dial without action", DIAL.format("", ""), agent=TALKS, says=["After."]),
    Row("Dial timeout", DIAL.format("action='/dialed' timeout='10'", ""), agent={"answers": "never"},
        asks={"/dialed": {"DialCallStatus": "no-answer", "DialBridged": "false"}}, seconds=15),
    Row("Dial timeout wrong", DIAL.format("action='/dialed' timeout='4'", ""), agent={"answers": "never"},
        codes=[13212], seconds=35),
    Row("Dial timeLimit", DIAL.format("action='/dialed' timeLimit='9'", ""),
        asks={"/dialed": {"DialCallDuration": "9"}}),
    Row("Dial callerId", DIAL.format(f"action='/dialed' callerId='{LINE}'", "statusCallback='/child'"),
        agent=TALKS, asks={"/child": {"From": LINE}}),
    Row("Dial callerId of others", DIAL.format("action='/dialed' callerId='+14155559999'", ""),
        codes=[13214], asks={"/dialed": {"DialCallStatus": "failed"}}),
    Row("Dial answerOnBridge", DIAL.format("answerOnBridge='true' action='/dialed'", ""),
        agent={"answers": "busy"}, asks={"/dialed": {"CallStatus": "ringing"}}),
    Row("Dial hangupOnStar", DIAL.format("hangupOnStar='true' action='/dialed'", ""),
        asks={"/dialed": {"DialCallStatus": "completed"}}),
    Row("Dial record", DIAL.format("record='record-from-answer' action='/dialed'", ""), agent=TALKS,
        asks={"/dialed": {"DialBridged": "true"}}),
    Row("Dial sequential", f"<Dial sequential='true' action='/dialed'><Number>+14155550133</Number>"
        f"<Number>{AGENT}</Number></Dial>", agent=TALKS, asks={"/dialed": {"DialBridged": "true"}}),
    Row("Dial eleven at once", "<Dial>" + "<Number>+14155550133</Number>" * 11 + "</Dial>", codes=[13215]),
    Row("Dial ringTone, callReason and others", DIAL.format(
        "ringTone='us' callReason='You asked' referUrl='/refer' referMethod='POST' action='/dialed'", ""),
        agent=TALKS, asks={"/dialed": {"DialBridged": "true"}}),
    Row("Number url", DIAL.format("action='/dialed'", "url='/whisper'"), agent=TALKS,
        asks={"/whisper": {"Direction": "outbound-dial"}}, method={"/whisper": "POST"},
        documents={"/whisper": "<Say>Support.</Say>"}),
    Row("Number method", DIAL.format("action='/dialed'", "url='/whisper' method='GET'"), agent=TALKS,
        method={"/whisper": "GET"}, documents={"/whisper": "<Say>Support.</Say>"}),
    Row("Number whisper cannot Dial", DIAL.format("action='/dialed'", "url='/whisper'"), codes=[13201],
        asks={"/dialed": {"DialBridged": "false"}},
        documents={"/whisper": "<Dial>+14155550144</Dial>"}),
    Row("Number whisper declines", DIAL.format("action='/dialed'", "url='/whisper'"),
        asks={"/dialed": {"DialCallStatus": "completed", "DialBridged": "false"}},
        documents={"/whisper": "<Hangup/>"}),
    Row("Number sendDigits", DIAL.format("action='/dialed'", "sendDigits='ww12'"), agent=TALKS,
        asks={"/dialed": {"DialCallDuration": "21"}}),
    Row("Number sendDigits wrong", DIAL.format("action='/dialed'", "sendDigits='1a'"), agent=TALKS,
        codes=[12200]),
    Row("Number statusCallback", DIAL.format("action='/dialed'", "statusCallback='/child'"), agent=TALKS,
        asks={"/child": {"CallStatus": "completed", "SequenceNumber": "0"}}, method={"/child": "POST"}),
    Row("Number statusCallbackMethod and Event", DIAL.format("action='/dialed'",
        "statusCallback='/child' statusCallbackMethod='GET' statusCallbackEvent='ringing'"), agent=TALKS,
        asks={"/child": {"CallStatus": "ringing"}}, method={"/child": "GET"}),
    Row("Number machineDetection", DIAL.format("action='/dialed'",
        "machineDetection='Enable' amdStatusCallback='/amd'"), agent=TALKS,
        asks={"/amd": {"AnsweredBy": "human", "MachineDetectionDuration": "2500"}}),
    Row("Number machineDetectionTimeout", DIAL.format("action='/dialed'",
        "machineDetection='Enable' machineDetectionTimeout='3' amdStatusCallback='/amd'"),
        agent={"answers": {"silent_after_s": 1}, "talk_s": 20},
        asks={"/amd": {"AnsweredBy": "unknown", "MachineDetectionDuration": "3000"}}),
    Row("Number machineDetectionSpeechThreshold", DIAL.format("action='/dialed'",
        "machineDetection='Enable' machineDetectionSpeechThreshold='1000' amdStatusCallback='/amd'"),
        agent={**TALKS, "answers": {"after_s": 1, "says_s": 2}},
        asks={"/amd": {"AnsweredBy": "machine_start", "MachineDetectionDuration": "1300"}}),
    Row("Number machineDetectionSpeechEndThreshold", DIAL.format("action='/dialed'",
        "machineDetection='Enable' machineDetectionSpeechEndThreshold='3000' amdStatusCallback='/amd'"),
        agent=TALKS, asks={"/amd": {"AnsweredBy": "human", "MachineDetectionDuration": "4300"}}),
    Row("Number machineDetectionSilenceTimeout", DIAL.format("action='/dialed'",
        "machineDetection='Enable' machineDetectionSilenceTimeout='2000' amdStatusCallback='/amd'"),
        agent={"answers": {"silent_after_s": 1}, "talk_s": 20},
        asks={"/amd": {"AnsweredBy": "unknown", "MachineDetectionDuration": "2000"}}),
    Row("Number amdStatusCallbackMethod", DIAL.format("action='/dialed'",
        "machineDetection='Enable' amdStatusCallback='/amd' amdStatusCallbackMethod='GET'"), agent=TALKS,
        method={"/amd": "GET"}),
    Row("Number machineDetection wrong", DIAL.format("action='/dialed'", "machineDetection='Maybe'"),
        agent=TALKS, codes=[12200]),
    Row("Number byoc", DIAL.format("action='/dialed'", "byoc='BY1'"), agent=TALKS,
        asks={"/dialed": {"DialBridged": "true"}}),
    Row("Client", "<Dial action='/dialed'><Client statusCallback='/child'>ada</Client></Dial>",
        asks={"/child": {"To": "client:ada"}}, caller=TALKS),
    Row("Client Identity and Parameter", "<Dial action='/dialed'><Client statusCallback='/child'>"
        "<Identity>ada</Identity><Parameter name='a' value='b'/></Client></Dial>",
        asks={"/child": {"To": "client:ada"}}, caller=TALKS),
    Row("Sip", "<Dial action='/dialed'><Sip statusCallback='/child' username='u' password='p'>"
        "sip:ada@example.com</Sip></Dial>", asks={"/child": {"To": "sip:ada@example.com"}}, caller=TALKS),
    Row("Queue that does not exist", "<Dial action='/dialed'><Queue>nowhere</Queue></Dial>",
        codes=[14212], asks={"/dialed": {"DialCallStatus": "failed"}}),
    Row("Conference", ROOM.format(""), asks={"/dialed": {"DialCallStatus": "answered"}}, agent=TALKS),
    Row("Conference muted, label and events", ROOM.format(
        "muted='true' participantLabel='caller' statusCallback='/room' statusCallbackEvent='join'"),
        agent=TALKS, asks={"/room": {"Muted": "true", "ParticipantLabel": "caller",
                                     "StatusCallbackEvent": "participant-join"}}),
    Row("Conference statusCallbackMethod", ROOM.format(
        "statusCallback='/room' statusCallbackMethod='GET'"), agent=TALKS, method={"/room": "GET"},
        asks={"/room": {"StatusCallbackEvent": "conference-start"}}),
    Row("Conference startConferenceOnEnter", ROOM.format(
        "startConferenceOnEnter='false' statusCallback='/room' statusCallbackEvent='join'"), agent=TALKS,
        asks={"/room": {"StartConferenceOnEnter": "false"}}),
    Row("Conference endConferenceOnExit", ROOM.format(
        "endConferenceOnExit='true' statusCallback='/room' statusCallbackEvent='end'"),
        caller=TALKS, asks={"/room": {
            "ReasonConferenceEnded": "participant-with-end-conference-on-exit-left"}}),
    Row("Conference waitUrl", ROOM.format("waitUrl='/music'"), method={"/music": "POST"}, agent=TALKS,
        documents={"/music": "<Say>Alone.</Say>"}),
    Row("Conference waitMethod", ROOM.format("waitUrl='/music' waitMethod='GET'"), agent=TALKS,
        method={"/music": "GET"}, documents={"/music": "<Say>Alone.</Say>"}),
    Row("Conference waitUrl cannot Gather", ROOM.format("waitUrl='/music'"), agent=TALKS, codes=[13238],
        documents={"/music": "<Gather/>"}),
    Row("Conference beep wrong", ROOM.format("beep='loud'"), agent=TALKS, codes=[13235]),
    Row("Conference maxParticipants wrong", ROOM.format("maxParticipants='251'"), agent=TALKS,
        codes=[12200]),
    Row("Conference coach", ROOM.format("coach='CA1' statusCallback='/room' statusCallbackEvent='join'"),
        agent=TALKS, asks={"/room": {"Coaching": "true"}}),
    Row("Conference record, region, trim, jitter buffer, recording events", ROOM.format(
        "record='record-from-start' region='us1' trim='trim-silence' jitterBufferSize='small'"
        " recordingStatusCallback='/r' eventCallbackUrl='/e'"), agent=TALKS,
        asks={"/dialed": {"DialCallStatus": "answered"}}),
    Row("Conference without a name", "<Dial><Conference/></Dial>", codes=[13237]),
]  # fmt: skip


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    await stage.close()


def _asked(stage: Stage, path: str) -> Request:
    return next(request for request in stage.app.requests if request.path == path)


async def _meet(stage: Stage, row: Row, call: Call) -> None:
    """Let happen beside the call what a row is about and no persona does by itself."""
    if "Conference" in row.name and "without" not in row.name:
        stage.app.script["/other"] = "<Dial><Conference>room</Conference></Dial>"
        await stage.play(seconds=2)
        await stage.call(AGENT, Url=f"{HOST}/other")
    if "per key" in row.name:
        for key in "12":
            await stage.play(seconds=2)
            call.press(key)
    if row.name == "Gather speechTimeout":
        await stage.play(seconds=1)
        call.speak("hello")
    if "hangupOnStar" in row.name:
        await stage.play(seconds=10)
        call.press("*")


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
async def test_an_attribute(stage: Stage, row: Row) -> None:
    stage.app.script = {"/voice": row.voice, "/wait": WAITING, **DONE, **row.documents}
    stage.person(AGENT, **row.agent)
    stage.person("+14155550133", answers="busy")
    call = stage.exchange.calls[stage.dial(**row.caller)]
    await _meet(stage, row, call)
    await stage.play()
    for path, params in row.asks.items():
        asked = _asked(stage, path).params
        assert {name: asked.get(name) for name in params} == params
    for path, method in row.method.items():
        assert _asked(stage, path).method == method
    assert not set(row.never) & set(stage.app.paths())
    assert stage.codes() == row.codes
    if row.says is not None:
        assert stage.said(call.sid) == row.says
    if row.seconds is not None:
        assert call.duration_s == row.seconds
    if not row.codes:
        assert call.status == row.status


async def test_a_queue_noun_tells_both_sides(stage: Stage) -> None:
    """`<Queue url method>`, with the spelling of DequeingCallSid that Twilio uses."""
    stage.app.script = {
        "/voice": "<Enqueue action='/done' waitUrl='/wait'>support</Enqueue>",
        "/wait": "<Pause length='600'/>",
        "/agent": "<Dial action='/dialed'><Queue url='/news' method='GET'>support</Queue></Dial>",
        "/news": "<Say>Here is Ada.</Say>",
        **DONE,
    }
    stage.person(AGENT, **TALKS)
    caller = stage.dial()
    await stage.play(seconds=30)
    agent = await stage.call(AGENT, Url=f"{HOST}/agent")
    await stage.play()
    news = _asked(stage, "/news")
    assert news.method == "GET"
    assert (news.params["CallSid"], news.params["DequeingCallSid"]) == (caller, agent)
    assert news.params["QueueTime"] == "33"
    assert stage.said(caller) == ["Here is Ada."]
    assert _asked(stage, "/done").params["QueueResult"] == "bridged"
    assert _asked(stage, "/dialed").params["DialCallStatus"] == "completed"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("<Message>Hi</Message>", {"Body": "Hi", "From": LINE, "To": CALLER}),
        ("<Message><Body>Hi</Body></Message>", {"Body": "Hi"}),
        ("<Message to='+14155550177'>Hi</Message>", {"To": "+14155550177"}),
        (f"<Message from='{LINE}'>Hi</Message>", {"From": LINE}),
    ],
)
async def test_message_attributes(stage: Stage, answer: str, expected: dict[str, str]) -> None:
    stage.app.script = {"/sms": answer}
    stage.exchange.incoming_message(CALLER, LINE, "Hello")
    await stage.play()
    listed = await stage.rest("GET", "/Messages.json", 200)
    (sent,) = (each for each in listed["messages"] if each["direction"] == "outbound-reply")
    named = {name: sent[name.lower()] for name in expected}
    assert named == expected


async def test_message_status_goes_where_the_verb_says(stage: Stage) -> None:
    stage.app.script = {"/sms": "<Message action='/told' statusCallback='/told'>Hi</Message>"}
    stage.exchange.incoming_message(CALLER, LINE, "Hello")
    await stage.play()
    told = [each["MessageStatus"] for each in stage.app.asked("/told")]
    assert told == ["sending", "sent", "delivered"]


@pytest.mark.parametrize("body", ["", "x" * 1601])
async def test_a_message_must_say_something_and_not_too_much(stage: Stage, body: str) -> None:
    stage.app.script = {"/sms": f"<Message>{body}</Message>"}
    stage.exchange.incoming_message(CALLER, LINE, "Hello")
    await stage.play()
    assert stage.codes() == [14103]
