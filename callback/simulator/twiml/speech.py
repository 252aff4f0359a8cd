"""What a call hears: Say, Play, Pause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from callback.simulator.twiml.attributes import Attributes, Complaints, refuse_children, text_of

SSML: Final = frozenset(
    {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}
)
LONGEST_TEXT: Final = 4_096
MOST_LOOPS: Final = 1_000


@dataclass(frozen=True)
class Say:
    """Text read aloud `loop` times; 0 means until hung up."""

    text: str
    voice: str = "man"
    language: str = "en-US"
    loop: int = 1


@dataclass(frozen=True)
class Play:
    """A recording, or keys pressed by Twilio itself."""

    url: str
    loop: int = 1
    digits: str = ""


@dataclass(frozen=True)
class Pause:
    """Silence of so many seconds."""

    length: int = 1


def parse_say(element: Element, complaints: Complaints) -> Say:
    """Read `<Say>`."""
    attributes = Attributes(element, complaints)
    for inner in element.iter():
        if inner is not element and inner.tag not in SSML:
            complaints.fail(12200, f"<{inner.tag}> is not allowed within <Say>")
    text = text_of(element)
    if not text:
        complaints.warn(13520, "nothing to say")
    if len(text) > LONGEST_TEXT:
        complaints.warn(13521, f"{len(text)} characters")
    say = Say(
        text,
        voice=attributes.text("voice", "man"),
        language=attributes.text("language", "en-US"),
        loop=attributes.integer("loop", 1, 0, MOST_LOOPS, 13510),
    )
    attributes.close()
    return say


def parse_play(element: Element, complaints: Complaints) -> Play:
    """Read `<Play>`."""
    attributes = Attributes(element, complaints)
    refuse_children(element, complaints)
    play = Play(
        text_of(element),
        loop=attributes.integer("loop", 1, 0, MOST_LOOPS, 13410),
        digits=attributes.text("digits"),
    )
    if play.digits.strip("0123456789*#wW"):
        complaints.warn(13430, f"<Play digits={play.digits!r}>")
    if not play.url and not play.digits:
        complaints.warn(12200, "<Play> names neither a recording nor digits")
    attributes.close()
    return play


def parse_pause(element: Element, complaints: Complaints) -> Pause:
    """Read `<Pause>`."""
    attributes = Attributes(element, complaints)
    refuse_children(element, complaints)
    pause = Pause(attributes.integer("length", 1, 0, None, 13910))
    attributes.close()
    return pause
