"""How a person reads a spoken menu: which options a sentence offers, and what they answer to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callback.simulator.persona import Choice

KEY_WORDS: Final = {
    "zero": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "star": "*",
    "pound": "#",
    "hash": "#",
}
PRESS: Final = re.compile(
    rf"\bpress(?:\s+(?:the\s+)?(?:key|number))?\s+"
    rf"(?P<key>[0-9*#]|(?:{'|'.join(KEY_WORDS)})\b)(?:\s+(?:key|now))?",
    re.IGNORECASE,
)
PURPOSE_AFTER: Final = re.compile(r",?\s+(?:to|for|if)\s+", re.IGNORECASE)
PURPOSE_BEFORE: Final = re.compile(r"\b(?:to|for|if)\s+", re.IGNORECASE)
LINK: Final = re.compile(r"[,\s]*(?:\b(?:or|and|please|then)\b[,\s]*)*$", re.IGNORECASE)
"""What stands between an option and the next "press": it belongs to neither."""
BOUNDARY: Final = re.compile(r"[!?;]|\.(?=\s+[A-Z]|\s*$)")
"""The end of a sentence; the full stops of "3 p.m. to 4 p.m." are none."""


@dataclass(frozen=True)
class Option:
    """A key, what it is for, and the character of the text at which the person knows both."""

    key: str
    purpose: str
    known_at: int


@dataclass(frozen=True)
class Reply:
    """What a person answers on hearing a text: keys or words, by which rule, and when they know enough."""

    rule: int
    keys: str
    known_at: int
    words: str = ""


def options_in(text: str) -> list[Option]:
    """Return the options that a sentence like "press 1 to wait, or press 2 for a call" offers, in order."""
    found: list[Option] = []
    start = 0
    presses = list(PRESS.finditer(text))
    for number, press in enumerate(presses, start=1):
        key = KEY_WORDS.get(press["key"].lower(), press["key"])
        limit = presses[number].start() if number < len(presses) else len(text)
        link = PURPOSE_AFTER.match(text, press.end())
        if link is not None:
            end = _sentence_end(text, link.end(), limit)
            purpose = LINK.sub("", text[link.end() : end])
            end = link.end() + len(purpose)
        else:
            end = press.end()
            clause = LINK.sub("", text[_sentence_start(text, start, press.start()) : press.start()])
            before = PURPOSE_BEFORE.search(clause)
            purpose = clause[before.end() :] if before else ""
        start = end
        if purpose:
            found.append(Option(key, purpose, end))
    return found


def _sentence_end(text: str, start: int, limit: int) -> int:
    boundary = BOUNDARY.search(text, start, limit)
    return boundary.start() if boundary else limit


def _sentence_start(text: str, start: int, limit: int) -> int:
    """Return where the sentence begins that is being spoken at `limit`, not before `start`."""
    ends = [boundary.end() for boundary in BOUNDARY.finditer(text, start, limit)]
    return ends[-1] if ends else start


def _sentences(text: str) -> list[tuple[str, int]]:
    """Return the sentences of a text, each with the character at which it ends."""
    found: list[tuple[str, int]] = []
    start = 0
    for end in [*(boundary.end() for boundary in BOUNDARY.finditer(text)), len(text)]:
        if text[start:end].strip():
            found.append((text[start:end], end))
        start = end
    return found


def reply_to(text: str, choices: tuple[Choice, ...], used: dict[int, int]) -> Reply | None:
    """Return what a person with these wishes presses on hearing `text`; the earliest rule wins.

    `used` counts how often each rule has already been applied in this call.
    """
    options = options_in(text)
    for rule, choice in enumerate(choices):
        if used.get(rule, 0) >= choice.times:
            continue
        if choice.presses == "option" and not choice.says:
            for option in options:
                if choice.hears.search(option.purpose):
                    return Reply(rule, option.key, option.known_at)
            continue
        for sentence, end in _sentences(text):
            if choice.hears.search(sentence):
                keys = "" if choice.says else choice.presses
                return Reply(rule, keys, end, choice.says)
    return None


def wrong_key(text: str) -> str:
    """Return a key that a text offers for nothing, or an empty text where it offers no choice at all."""
    offered = {option.key for option in options_in(text)}
    return next((key for key in "98765432*" if key not in offered), "") if offered else ""
