"""Asking for keys: Gather."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from callback.simulator.twiml.attributes import Attributes, Complaints
from callback.simulator.twiml.speech import (
    Pause,
    Play,
    Say,
    parse_pause,
    parse_play,
    parse_say,
)

INPUTS: Final = ("dtmf", "speech", "dtmf speech", "speech dtmf")
KEYS: Final = "0123456789#*"
MOST_HINTS: Final = 500


@dataclass(frozen=True)
class Gather:
    """Keys to be collected while `prompts` are heard and for a while afterwards."""

    action: str | None = None
    method: str = "POST"
    input: str = "dtmf"
    timeout: int = 5
    num_digits: int | None = None
    finish_on_key: str = "#"
    action_on_empty_result: bool = False
    language: str = "en-US"
    prompts: tuple[Say | Play | Pause, ...] = ()


def parse_gather(element: Element, complaints: Complaints) -> Gather:
    """Read `<Gather>` and what is nested in it."""
    attributes = Attributes(element, complaints)
    gather = Gather(
        action=attributes.optional("action"),
        method=attributes.method(code=13312),
        input=attributes.choice("input", "dtmf", INPUTS, 13326),
        timeout=_timeout(attributes),
        num_digits=attributes.integer("numDigits", 0, 1, None, 13314) or None,
        finish_on_key=_finish_key(attributes),
        action_on_empty_result=attributes.flag("actionOnEmptyResult", default=False, code=13338),
        language=attributes.text("language", "en-US"),
        prompts=_prompts(element, complaints),
    )
    _speech(attributes)
    attributes.close()
    return gather


def _timeout(attributes: Attributes) -> int:
    given = attributes.text("timeout", "5")
    if given == "auto":
        return 5
    if given.isdecimal() and int(given) > 0:
        return int(given)
    attributes.complaints.warn(13313, f"<Gather timeout={given!r}>")
    return 5


def _finish_key(attributes: Attributes) -> str:
    given = attributes.text("finishOnKey", "#")
    if given == "" or (len(given) == 1 and given in KEYS):
        return given
    attributes.complaints.warn(13310, f"<Gather finishOnKey={given!r}>")
    return "#"


def _speech(attributes: Attributes) -> None:
    """Check what concerns speech; people here do not speak, so nothing comes of it."""
    speech_timeout = attributes.text("speechTimeout", "auto")
    model = attributes.text("speechModel", "default")
    if speech_timeout != "auto" and not speech_timeout.isdecimal():
        attributes.complaints.warn(13327, f"<Gather speechTimeout={speech_timeout!r}>")
    hints = attributes.text("hints").split(",")
    if len(hints) > MOST_HINTS or any(len(hint) > 100 for hint in hints):
        attributes.complaints.warn(13330, "too many hints, or one too long")
    attributes.flag("profanityFilter", default=True, code=13333)
    attributes.flag("enhanced", default=False)
    attributes.flag("bargeIn", default=True, code=13332)
    attributes.method("partialResultCallbackMethod", code=13329)
    attributes.accept("partialResultCallback", "maxSpeechTime", "debug")
    del model


def _prompts(element: Element, complaints: Complaints) -> tuple[Say | Play | Pause, ...]:
    found: list[Say | Play | Pause] = []
    for child in element:
        if child.tag == "Say":
            found.append(parse_say(child, complaints))
        elif child.tag == "Play":
            found.append(parse_play(child, complaints))
        elif child.tag == "Pause":
            found.append(parse_pause(child, complaints))
        else:
            complaints.fail(13320, f"<{child.tag}> is not allowed within <Gather>")
    return tuple(found)
