"""A room to meet in: the Conference noun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from callback.simulator.twiml.attributes import Attributes, Complaints, refuse_children, text_of

CONFERENCE_EVENTS: Final = (
    "start",
    "end",
    "join",
    "leave",
    "mute",
    "hold",
    "modify",
    "speaker",
    "announcement",
)


@dataclass(frozen=True)
class Conference:
    """How a call enters the room `name`; `wait_url` None means Twilio's own music."""

    name: str
    muted: bool = False
    beep: str = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    label: str = ""
    wait_url: str | None = None
    wait_method: str = "POST"
    max_participants: int = 250
    coach: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: frozenset[str] = frozenset({"start", "end"})


def parse_conference(element: Element, complaints: Complaints) -> Conference:
    """Read `<Conference>`."""
    attributes = Attributes(element, complaints)
    refuse_children(element, complaints)
    conference = Conference(
        text_of(element),
        muted=attributes.flag("muted", default=False, code=13230),
        beep=attributes.choice("beep", "true", ("true", "false", "onEnter", "onExit"), 13235),
        start_on_enter=attributes.flag("startConferenceOnEnter", default=True, code=13232),
        end_on_exit=attributes.flag("endConferenceOnExit", default=False, code=13231),
        label=attributes.text("participantLabel"),
        wait_url=attributes.optional("waitUrl"),
        wait_method=attributes.method("waitMethod", code=13234),
        max_participants=attributes.integer("maxParticipants", 250, 2, 250),
        coach=attributes.text("coach"),
        status_callback=attributes.text("statusCallback"),
        status_callback_method=attributes.method("statusCallbackMethod"),
        status_callback_events=attributes.words(
            "statusCallbackEvent", {"start", "end"}, CONFERENCE_EVENTS
        ),
    )
    attributes.accept(
        "record",
        "region",
        "trim",
        "jitterBufferSize",
        "eventCallbackUrl",
        "recordingStatusCallback",
        "recordingStatusCallbackMethod",
        "recordingStatusCallbackEvent",
    )
    if not conference.name:
        complaints.fail(13237, "<Conference> has no name")
    attributes.close()
    return conference
