"""Answering a message: Message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from callback.simulator.twiml.attributes import Attributes, Complaints

LONGEST_BODY: Final = 1_600
MOST_MEDIA: Final = 10


@dataclass(frozen=True)
class Message:
    """A message back; `to` and `sender` are empty where the reply goes the way the message came."""

    body: str
    to: str = ""
    sender: str = ""
    action: str | None = None
    method: str = "POST"
    status_callback: str = ""
    media: tuple[str, ...] = ()


def parse_message(element: Element, complaints: Complaints) -> Message:
    """Read `<Message>`."""
    attributes = Attributes(element, complaints)
    body = (element.text or "").strip()
    media: list[str] = []
    for child in element:
        if child.tag == "Body":
            body = (child.text or "").strip()
        elif child.tag == "Media":
            media.append((child.text or "").strip())
        else:
            complaints.fail(12200, f"<{child.tag}> is not allowed within <Message>")
    if (not body and not media) or len(body) > LONGEST_BODY or len(media) > MOST_MEDIA:
        complaints.fail(14103, "a message needs 1 to 1600 characters, or up to 10 media")
    message = Message(
        body,
        to=attributes.text("to"),
        sender=attributes.text("from"),
        action=attributes.optional("action"),
        method=attributes.method(code=14104),
        status_callback=attributes.text("statusCallback"),
        media=tuple(media),
    )
    attributes.close()
    return message
