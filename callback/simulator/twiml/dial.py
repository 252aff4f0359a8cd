"""Bringing two together: Dial and the nouns it may name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from callback.simulator.twiml.attributes import Attributes, Complaints, refuse_children, text_of
from callback.simulator.twiml.conference import Conference, parse_conference

CALL_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
RECORD: Final = (
    "do-not-record",
    "record-from-answer",
    "record-from-answer-dual",
    "record-from-ringing",
    "record-from-ringing-dual",
    "true",
    "false",
)
MOST_TARGETS: Final = 10
LONGEST_CALL_S: Final = 14_400


@dataclass(frozen=True)
class Target:
    """Somebody to ring: a number, `client:name` or a SIP address, and what to do when they answer."""

    address: str
    url: str = ""
    method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: frozenset[str] = frozenset({"completed"})
    send_digits: str = ""
    machine_detection: str = ""
    machine_detection_timeout: int = 30
    machine_detection_speech_threshold: int = 2_400
    machine_detection_speech_end_threshold: int = 1_200
    machine_detection_silence_timeout: int = 5_000
    amd_status_callback: str = ""
    amd_status_callback_method: str = "POST"


@dataclass(frozen=True)
class QueueTarget:
    """The front of a queue; `url` is heard by the caller just before the two are connected."""

    name: str
    url: str = ""
    method: str = "POST"


@dataclass(frozen=True)
class Dial:
    """Connects the call with what it names; exactly one of the three is filled."""

    targets: tuple[Target, ...] = ()
    queue: QueueTarget | None = None
    conference: Conference | None = None
    action: str | None = None
    method: str = "POST"
    timeout: int = 30
    time_limit: int = LONGEST_CALL_S
    caller_id: str = ""
    answer_on_bridge: bool = False
    hangup_on_star: bool = False
    record: str = "do-not-record"
    sequential: bool = False


def parse_dial(element: Element, complaints: Complaints) -> Dial:
    """Read `<Dial>` and the noun or nouns in it."""
    attributes = Attributes(element, complaints)
    targets, queue, conference = _nouns(element, complaints)
    dial = Dial(
        targets=targets,
        queue=queue,
        conference=conference,
        action=attributes.optional("action"),
        method=attributes.method(code=13210),
        timeout=attributes.integer("timeout", 30, 5, 600, 13212),
        time_limit=attributes.integer("timeLimit", LONGEST_CALL_S, 1, 86_400, 13216),
        caller_id=attributes.text("callerId"),
        answer_on_bridge=attributes.flag("answerOnBridge", default=False),
        hangup_on_star=attributes.flag("hangupOnStar", default=False, code=13213),
        record=attributes.choice("record", "do-not-record", RECORD, 13217),
        sequential=attributes.flag("sequential", default=False),
    )
    attributes.accept(
        "ringTone",
        "referUrl",
        "referMethod",
        "callReason",
        "trim",
        "recordingTrack",
        "recordingStatusCallback",
        "recordingStatusCallbackMethod",
        "recordingStatusCallbackEvent",
    )
    attributes.close()
    return dial


def _nouns(
    element: Element, complaints: Complaints
) -> tuple[tuple[Target, ...], QueueTarget | None, Conference | None]:
    targets: list[Target] = []
    queue: QueueTarget | None = None
    conference: Conference | None = None
    bare = (element.text or "").strip()
    if bare:
        targets.append(Target(bare))
    for child in element:
        if child.tag in ("Number", "Client", "Sip"):
            targets.append(parse_target(child, complaints))
        elif child.tag == "Queue":
            queue = parse_queue(child, complaints)
        elif child.tag == "Conference":
            conference = parse_conference(child, complaints)
        else:
            complaints.fail(13215, f"<{child.tag}> is not simulated within <Dial>")
    kinds = sum((bool(targets), queue is not None, conference is not None))
    if kinds != 1:
        complaints.fail(13215, "<Dial> must name numbers, one queue or one conference")
    if len(targets) > MOST_TARGETS:
        complaints.fail(13215, f"<Dial> names more than {MOST_TARGETS}")
    return tuple(targets), queue, conference


def parse_target(element: Element, complaints: Complaints) -> Target:
    """Read `<Number>`, `<Client>` or `<Sip>`."""
    attributes = Attributes(element, complaints)
    target = Target(
        address=_address(element, complaints),
        url=attributes.text("url"),
        method=attributes.method(code=13221),
        status_callback=attributes.text("statusCallback"),
        status_callback_method=attributes.method("statusCallbackMethod"),
        status_callback_events=attributes.words("statusCallbackEvent", {"completed"}, CALL_EVENTS),
        send_digits=_keys(attributes),
        machine_detection=attributes.choice("machineDetection", "", ("Enable", "DetectMessageEnd")),
        machine_detection_timeout=attributes.integer("machineDetectionTimeout", 30, 3, 60),
        machine_detection_speech_threshold=attributes.integer(
            "machineDetectionSpeechThreshold", 2_400, 1_000, 6_000
        ),
        machine_detection_speech_end_threshold=attributes.integer(
            "machineDetectionSpeechEndThreshold", 1_200, 500, 5_000
        ),
        machine_detection_silence_timeout=attributes.integer(
            "machineDetectionSilenceTimeout", 5_000, 2_000, 10_000
        ),
        amd_status_callback=attributes.text("amdStatusCallback"),
        amd_status_callback_method=attributes.method("amdStatusCallbackMethod"),
    )
    attributes.accept("byoc", "username", "password")
    attributes.close()
    return target


def _keys(attributes: Attributes) -> str:
    digits = attributes.text("sendDigits")
    if digits.strip("0123456789*#wW"):
        attributes.complaints.warn(12200, f"<Number sendDigits={digits!r}>")
        return ""
    return digits


def _address(element: Element, complaints: Complaints) -> str:
    if element.tag != "Client":
        refuse_children(element, complaints, 13215)
        return text_of(element)
    identity = element.find("Identity")
    name = text_of(identity) if identity is not None else (element.text or "").strip()
    for child in element:
        if child.tag not in ("Identity", "Parameter"):
            complaints.fail(13215, f"<{child.tag}> is not allowed within <Client>")
    return name if name.startswith("client:") else f"client:{name}"


def parse_queue(element: Element, complaints: Complaints) -> QueueTarget:
    """Read `<Queue>`."""
    attributes = Attributes(element, complaints)
    refuse_children(element, complaints)
    queue = QueueTarget(text_of(element), attributes.text("url"), attributes.method(code=14210))
    attributes.accept("reservationSid", "postWorkActivitySid")
    if not queue.name:
        complaints.fail(14212, "<Queue> names no queue")
    attributes.close()
    return queue
