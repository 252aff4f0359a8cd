"""How a person on the phone behaves, as plain data, and how such a person reads a spoken menu."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any, Final

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
class Answers:
    """What happens when the phone rings."""

    kind: str = "person"
    after_s: float = 3.0
    greeting_s: float = 0.0


@dataclass(frozen=True)
class Choice:
    """A wish: on hearing this, press that."""

    hears: re.Pattern[str]
    presses: str = "option"
    times: int = 1


@dataclass(frozen=True)
class Persona:
    """A person: how they answer, what they choose, how long they stay (None: until the other side goes)."""

    answers: Answers = field(default_factory=Answers)
    answers_next: tuple[Answers, ...] = ()
    choices: tuple[Choice, ...] = ()
    reaction_s: float = 1.0
    patience_s: float | None = None
    talk_s: float | None = None
    label: str = ""

    def answers_at(self, ring: int) -> Answers:
        """Return what happens at the ring with this number (0 is the first); the last one stays."""
        every = (self.answers, *self.answers_next)
        return every[min(ring, len(every) - 1)]


@dataclass(frozen=True)
class Reply:
    """The keys that a person presses on hearing a text, and which rule made them."""

    rule: int
    keys: str
    known_at: int


def persona_from(data: dict[str, Any]) -> Persona:
    """Return the persona that a JSON object describes.

    Raises:
        ValueError: it names something unknown, or a value makes no sense.

    """
    if unknown := set(data) - {each.name for each in fields(Persona)}:
        raise ValueError(f"a persona has no {', '.join(sorted(unknown))}")
    given = dict(data)
    given["answers"] = _answers(given.get("answers", {"after_s": 3.0}))
    given["answers_next"] = tuple(_answers(each) for each in given.get("answers_next", ()))
    given["choices"] = tuple(_choice(each) for each in given.get("choices", ()))
    given["label"] = given.get("label") or ""
    return Persona(**given)


def _answers(value: Any) -> Answers:
    if isinstance(value, str):
        if value not in ("busy", "never", "reject", "fail"):
            raise ValueError(f"answers cannot be {value!r}")
        return Answers(kind=value)
    if isinstance(value, dict) and set(value) <= {"machine_after_s", "greeting_s"} and value:
        return Answers(
            "machine",
            float(value.get("machine_after_s", 12.0)),
            float(value.get("greeting_s", 8.0)),
        )
    if isinstance(value, dict) and set(value) <= {"after_s"}:
        return Answers(after_s=float(value.get("after_s", 3.0)))
    raise ValueError(f"answers cannot be {value!r}")


def _choice(data: Any) -> Choice:
    if (
        not isinstance(data, dict)
        or set(data) - {"hears", "presses", "times"}
        or "hears" not in data
    ):
        raise ValueError(f"a choice has hears, presses and times, not {data!r}")
    try:
        pattern = re.compile(data["hears"], re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{data['hears']!r} is not a regular expression: {error}") from error
    presses = str(data.get("presses", "option"))
    if presses != "option" and presses.strip("0123456789*#w"):
        raise ValueError(f"{presses!r} cannot be pressed")
    return Choice(pattern, presses, int(data.get("times", 1)))


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
        if choice.presses == "option":
            for option in options:
                if choice.hears.search(option.purpose):
                    return Reply(rule, option.key, option.known_at)
            continue
        for sentence, end in _sentences(text):
            if choice.hears.search(sentence):
                return Reply(rule, choice.presses, end)
    return None
