"""A document: what was answered, read whole before any of it is performed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from callback.simulator.twiml.attributes import Complaint, Complaints
from callback.simulator.twiml.contexts import ALLOWED, CALL_VERBS, Context, refusal_code
from callback.simulator.twiml.dial import Dial, parse_dial
from callback.simulator.twiml.flow import (
    Hangup,
    Redirect,
    Reject,
    parse_hangup,
    parse_redirect,
    parse_reject,
)
from callback.simulator.twiml.gather import Gather, parse_gather
from callback.simulator.twiml.messaging import Message, parse_message
from callback.simulator.twiml.queueing import Enqueue, Leave, parse_enqueue, parse_leave
from callback.simulator.twiml.record import Record, parse_record
from callback.simulator.twiml.speech import (
    Pause,
    Play,
    Say,
    parse_pause,
    parse_play,
    parse_say,
)

Verb = (
    Say
    | Play
    | Pause
    | Gather
    | Record
    | Enqueue
    | Leave
    | Dial
    | Redirect
    | Hangup
    | Reject
    | Message
)

PARSERS: Final[dict[str, Callable[[Element, Complaints], Any]]] = {
    "Say": parse_say,
    "Play": parse_play,
    "Pause": parse_pause,
    "Gather": parse_gather,
    "Record": parse_record,
    "Enqueue": parse_enqueue,
    "Leave": parse_leave,
    "Dial": parse_dial,
    "Redirect": parse_redirect,
    "Hangup": parse_hangup,
    "Reject": parse_reject,
    "Message": parse_message,
}
LARGEST_BYTES: Final = 64 * 1024
TWIML_TYPES: Final = frozenset({"text/xml", "application/xml", "text/html"})


@dataclass(frozen=True)
class Document:
    """The verbs of an answer, and what is wrong with it."""

    verbs: tuple[Verb, ...] = ()
    complaints: tuple[Complaint, ...] = ()

    @property
    def error(self) -> Complaint | None:
        """The first complaint that keeps the document from being performed."""
        return next((found for found in self.complaints if found.level == "error"), None)


def failed(code: int, detail: str = "") -> Document:
    """Return a document that could not be had at all."""
    return Document((), (Complaint(code, detail, "error"),))


def read_answer(content_type: str, body: bytes, url: str, context: Context) -> Document:
    """Read an HTTP answer as Twilio does, by its Content-Type."""
    if len(body) > LARGEST_BYTES:
        return failed(11750, f"{len(body)} bytes")
    if content_type in TWIML_TYPES:
        return read_document(body, context) if body.strip() else failed(11770)
    if content_type == "text/plain":
        document = read_document(body, context)
        if document.error is None:
            return document
        return Document((Say(body.decode("utf-8", "replace")), Hangup()))
    if content_type.startswith("audio/"):
        return Document((Play(url),))
    return failed(12300, content_type or "none was given")


def read_document(body: bytes | str, context: Context) -> Document:
    """Read TwiML for the place where it will be performed."""
    try:
        # the sender is the application under test on this machine, and expat bounds entity expansion
        root = fromstring(body)  # noqa: S314
    except ParseError as error:
        return failed(12100, str(error))
    if root.tag != "Response":
        return failed(12102, f"not <{root.tag}>")
    complaints = Complaints()
    if (root.text or "").strip():
        complaints.warn(12200, "text outside of a verb")
    verbs = tuple(
        PARSERS[child.tag](child, complaints)
        for child in root
        if _permitted(child.tag, context, complaints)
    )
    return Document(verbs, tuple(complaints.found))


def _permitted(tag: str, context: Context, complaints: Complaints) -> bool:
    if tag in ALLOWED[context]:
        return True
    if tag in CALL_VERBS or tag in PARSERS:
        complaints.fail(refusal_code(context, tag), f"<{tag}> is not allowed in {context.value}")
    else:
        complaints.fail(12200, f"<{tag}> is not a verb that is known here")
    return False
