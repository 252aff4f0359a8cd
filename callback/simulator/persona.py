"""How a person on the phone behaves, as plain data."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from callback.simulator.amounts import Amount, amount_from, drawn

KINDS = ("busy", "never", "reject", "fail", "by_hand")


TEXTS = ("delivered", "undelivered", "failed")


@dataclass(frozen=True)
class Answers:
    """What happens when the phone rings; `by_hand` waits for somebody to pick up over the control API.

    Whoever picks up is silent for `pause_s` and then speaks for `speaks_s`: a person says hello, a machine
    its greeting, at whose end there may be a `beep`.
    """

    kind: str = "person"
    after_s: Amount = 3.0
    pause_s: float = 0.3
    speaks_s: float = 1.0
    beep: bool = True


@dataclass(frozen=True)
class Choice:
    """A wish: on hearing this, press that, or say that where somebody listens for words."""

    hears: re.Pattern[str]
    presses: str = "option"
    times: int = 1
    says: str = ""


@dataclass(frozen=True)
class CallsAgain:
    """Who loses patience rings again that much later, so many times."""

    after_s: Amount = 120.0
    times: int = 1


@dataclass(frozen=True)
class Screens:
    """The phone asks who is calling: it hands over only if it `hears` that within so many seconds."""

    hears: re.Pattern[str]
    within_s: float = 10.0


@dataclass(frozen=True)
class Persona:
    """A person: how they answer, what they choose, how long they stay (None: until the other side goes).

    Amounts of time may be distributions, drawn anew for every call. The first `wrong_keys` menus are
    answered with a key that means nothing there. `records_s` is how long they speak after a tone, and
    `texts` what becomes of messages to their phone.
    """

    answers: Answers = field(default_factory=Answers)
    answers_next: tuple[Answers, ...] = ()
    choices: tuple[Choice, ...] = ()
    reaction_s: Amount = 1.0
    patience_s: Amount | None = None
    talk_s: Amount | None = None
    records_s: Amount = 5.0
    wrong_keys: int = 0
    calls_again: CallsAgain | None = None
    screens: Screens | None = None
    texts: str = "delivered"
    label: str = ""

    def answers_at(self, ring: int) -> Answers:
        """Return what happens at the ring with this number (0 is the first); the last one stays."""
        every = (self.answers, *self.answers_next)
        return every[min(ring, len(every) - 1)]

    def drawn(self, draw: random.Random) -> Persona:
        """Return this person on one call: every amount a number."""
        return replace(
            self,
            reaction_s=drawn(self.reaction_s, draw),
            patience_s=None if self.patience_s is None else drawn(self.patience_s, draw),
            talk_s=None if self.talk_s is None else drawn(self.talk_s, draw),
            records_s=drawn(self.records_s, draw),
        )


def persona_from(data: Mapping[str, Any] | str) -> Persona:
    """Return the persona that a JSON object describes, or that a file of that name does.

    `like` names a file whose persona is taken but for what else is given.

    Raises:
        ValueError: it names something unknown, or a value makes no sense.

    """
    given = {"like": data} if isinstance(data, str) else dict(data)
    if "like" in given:
        given = {**_named(str(given.pop("like"))), **given}
    known = {each.name for each in fields(Persona)}
    if unknown := set(given) - known:
        raise ValueError(f"a persona has no {', '.join(sorted(unknown))}")
    return Persona(**{name: READ[name](value) for name, value in given.items()})


def names() -> list[str]:
    """Return the names of the personas that come in files."""
    folder = resources.files("callback.simulator") / "personas"
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


@lru_cache
def _named(name: str) -> dict[str, Any]:
    if name not in names():
        raise ValueError(f"there is no persona {name!r}; there are {', '.join(names())}")
    file = resources.files("callback.simulator") / "personas" / f"{name}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def _answers(value: Any) -> Answers:
    if isinstance(value, str) and value in KINDS:
        return Answers(kind=value)
    if not isinstance(value, dict):
        raise ValueError(f"answers cannot be {value!r}")  # noqa: TRY004 - one kind for bad input
    match sorted(value):
        case ["after_s", *rest] if set(rest) <= {"pause_s", "says_s"}:
            pause, speaks = float(value.get("pause_s", 0.3)), float(value.get("says_s", 1.0))
            return Answers("person", amount_from(value["after_s"]), pause, speaks)
        case ["fax_after_s"]:
            return Answers("fax", amount_from(value["fax_after_s"]))
        case ["silent_after_s"]:
            return Answers("silent", amount_from(value["silent_after_s"]))
        case ["beep", *_] | ["greeting_s", *_] | ["machine_after_s", *_] if not (
            set(value) - {"machine_after_s", "greeting_s", "beep"}
        ):
            return _machine(value)
    raise ValueError(f"answers cannot be {value!r}")


def _machine(value: dict[str, Any]) -> Answers:
    greeting = float(value.get("greeting_s", 8.0))
    pause = min(1.6, greeting / 2)
    after = amount_from(value.get("machine_after_s", 12.0))
    return Answers("machine", after, pause, greeting - pause, bool(value.get("beep", True)))


def _choice(data: Any) -> Choice:
    if (
        not isinstance(data, dict)
        or set(data) - {"hears", "presses", "times", "says"}
        or "hears" not in data
    ):
        raise ValueError(f"a choice has hears, presses or says, and times, not {data!r}")
    presses = str(data.get("presses", "option"))
    if presses != "option" and presses.strip("0123456789*#w"):
        raise ValueError(f"{presses!r} cannot be pressed")
    if "presses" in data and "says" in data:
        raise ValueError(f"a choice presses or says, not both: {data!r}")
    pattern = _pattern(data["hears"])
    return Choice(pattern, presses, int(data.get("times", 1)), str(data.get("says", "")))


def _pattern(text: Any) -> re.Pattern[str]:
    try:
        return re.compile(str(text), re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error


def _calls_again(data: Any) -> CallsAgain:
    if not isinstance(data, dict) or set(data) - {"after_s", "times"}:
        raise ValueError(f"calls_again has after_s and times, not {data!r}")
    return CallsAgain(amount_from(data.get("after_s", 120.0)), int(data.get("times", 1)))


def _screens(data: Any) -> Screens:
    if not isinstance(data, dict) or set(data) - {"hears", "within_s"} or "hears" not in data:
        raise ValueError(f"screens has hears and within_s, not {data!r}")
    return Screens(_pattern(data["hears"]), float(data.get("within_s", 10.0)))


def _texts(value: Any) -> str:
    if value not in TEXTS:
        raise ValueError(f"texts are {', '.join(TEXTS)}, not {value!r}")
    return str(value)


def _perhaps(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


READ: dict[str, Callable[[Any], Any]] = {
    "answers": _answers,
    "answers_next": lambda values: tuple(_answers(each) for each in values),
    "choices": lambda values: tuple(_choice(each) for each in values),
    "reaction_s": amount_from,
    "patience_s": _perhaps(amount_from),
    "talk_s": _perhaps(amount_from),
    "records_s": amount_from,
    "wrong_keys": int,
    "calls_again": _perhaps(_calls_again),
    "screens": _perhaps(_screens),
    "texts": _texts,
    "label": lambda value: str(value or ""),
}
