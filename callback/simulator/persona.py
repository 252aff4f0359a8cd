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
_KEY: Final = rf"(?P<key>[0-9*#]|\b(?:{'|'.join(KEY_WORDS)})\b)"
_CLAUSE: Final = r"[^,.;:!?]"
KEY_FIRST: Final = re.compile(
    rf"\bpress(?:\s+(?:the\s+)?(?:key|number))?\s+{_KEY}(?:\s+(?:key|now))?,?\s+(?:to|for|if)\s+"
    rf"(?P<purpose>.+?)(?=(?:,\s*|\s+)(?:or\s+|and\s+)?(?:\w+\s+)?press\b|[.;!?]|$)",
    re.IGNORECASE,
)
PURPOSE_FIRST: Final = re.compile(
    rf"\b(?:to|for|if)\s+(?P<purpose>{_CLAUSE}+?),?\s+(?:please\s+)?press\s+{_KEY}(?!,?\s+(?:to|for|if)\b)",
    re.IGNORECASE,
)
SENTENCE: Final = re.compile(r"[^.!?]+[.!?]*")


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
    found = [*_matches(KEY_FIRST, text), *_matches(PURPOSE_FIRST, text)]
    return sorted(found, key=lambda option: option.known_at)


def _matches(pattern: re.Pattern[str], text: str) -> list[Option]:
    return [
        Option(
            KEY_WORDS.get(match["key"].lower(), match["key"]),
            match["purpose"].strip(" ,"),
            match.end(),
        )
        for match in pattern.finditer(text)
    ]


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
        for sentence in SENTENCE.finditer(text):
            if choice.hears.search(sentence[0]):
                return Reply(rule, choice.presses, sentence.end())
    return None
