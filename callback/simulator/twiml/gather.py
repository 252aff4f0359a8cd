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
    speech_timeout: int | None = None
    max_speech_s: int = 60
    barge_in: bool = True
    partial_url: str = ""
    partial_method: str = "POST"
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
        speech_timeout=_speech_timeout(attributes),
        max_speech_s=attributes.integer("maxSpeechTime", 60, 1, 60, 13336),
        barge_in=attributes.flag("bargeIn", default=True, code=13332),
        partial_url=attributes.text("partialResultCallback"),
        partial_method=attributes.method("partialResultCallbackMethod", code=13329),
        prompts=_prompts(element, complaints),
    )
    _recognition(attributes)
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


def _speech_timeout(attributes: Attributes) -> int | None:
    """Return the silence that ends speech, None where Twilio decides for itself."""
    given = attributes.text("speechTimeout", "auto")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    if given != "auto":
        attributes.complaints.warn(13327, f"<Gather speechTimeout={given!r}>")
    return None


def _recognition(attributes: Attributes) -> None:
    """Check what concerns the recognition of words; here every word is understood."""
    hints = attributes.text("hints").split(",")
    if len(hints) > MOST_HINTS or any(len(hint) > 100 for hint in hints):
        attributes.complaints.warn(13330, "too many hints, or one too long")
    attributes.flag("profanityFilter", default=True, code=13333)
    attributes.flag("enhanced", default=False)
    attributes.accept("speechModel", "debug")


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
