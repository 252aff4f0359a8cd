"""Keeping what the caller says: Record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from callback.simulator.twiml.attributes import Attributes, Complaints, refuse_children

KEYS: Final = "1234567890*#"
LONGEST_S: Final = 14_400


@dataclass(frozen=True)
class Record:
    """A recording that ends by a key, by silence, by its length, or by hanging up."""

    action: str | None = None
    method: str = "POST"
    timeout: int = 5
    finish_on_key: str = KEYS
    max_length: int = 3_600
    play_beep: bool = True
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: frozenset[str] = frozenset({"completed"})


def parse_record(element: Element, complaints: Complaints) -> Record:
    """Read `<Record>`."""
    attributes = Attributes(element, complaints)
    refuse_children(element, complaints)
    finish = attributes.text("finishOnKey", KEYS)
    if finish.strip(KEYS):
        complaints.warn(13613, f"<Record finishOnKey={finish!r}>")
        finish = KEYS
    record = Record(
        action=attributes.optional("action"),
        method=attributes.method(code=13610),
        timeout=attributes.integer("timeout", 5, 0, None, 13611),
        finish_on_key=finish,
        max_length=attributes.integer("maxLength", 3_600, 1, LONGEST_S, 13612),
        play_beep=attributes.flag("playBeep", default=True, code=13616),
        status_callback=attributes.text("recordingStatusCallback"),
        status_callback_method=attributes.method("recordingStatusCallbackMethod"),
        status_callback_events=attributes.words(
            "recordingStatusCallbackEvent",
            {"completed"},
            {"in-progress", "completed", "absent"},
        ),
    )
    attributes.choice("trim", "trim-silence", ("trim-silence", "do-not-trim"), 13699)
    attributes.flag("transcribe", default=False, code=13614)
    attributes.accept("transcribeCallback", "recordingTrack")
    attributes.close()
    return record
