"""Standing in line: Enqueue, and Leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from callback.simulator.twiml.attributes import Attributes, Complaints, refuse_children, text_of

LONGEST_NAME: Final = 64


@dataclass(frozen=True)
class Enqueue:
    """A place in the queue `name`; `wait_url` None means Twilio's own music, empty means silence."""

    name: str
    action: str | None = None
    method: str = "POST"
    wait_url: str | None = None
    wait_method: str = "POST"
    max_size: int | None = None


@dataclass(frozen=True)
class Leave:
    """The caller gives up the place in line and goes on after the Enqueue."""


def parse_enqueue(element: Element, complaints: Complaints) -> Enqueue:
    """Read `<Enqueue>`."""
    attributes = Attributes(element, complaints)
    for child in element:
        if child.tag != "Task":
            complaints.fail(12200, f"<{child.tag}> is not allowed within <Enqueue>")
    name = "" if len(element) else text_of(element)
    wait_url = attributes.optional("waitUrl")
    enqueue = Enqueue(
        name,
        action=attributes.optional("action"),
        method=attributes.method(code=14201),
        wait_url=wait_url,
        wait_method=attributes.method("waitUrlMethod", "POST" if wait_url else "GET", 14206),
        max_size=attributes.integer("maxQueueSize", 0, 1, 5_000) or None,
    )
    if attributes.optional("workflowSid") is not None:
        complaints.fail(12200, "workflowSid (TaskRouter) is not simulated")
    elif not name:
        complaints.fail(14204, "<Enqueue> names no queue")
    elif len(name) > LONGEST_NAME:
        complaints.fail(14205, f"{len(name)} characters")
    attributes.close()
    return enqueue


def parse_leave(element: Element, complaints: Complaints) -> Leave:
    """Read `<Leave>`."""
    Attributes(element, complaints).close()
    refuse_children(element, complaints)
    return Leave()
