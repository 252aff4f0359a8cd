"""What the caller's menu knows, what a caller has chosen so far, and what can follow from a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from callback.dialogue.turn import Turn
from callback.lines.offer import Offer, Window
from callback.lines.wait import WaitEstimate

FAILURES_ALLOWED = 2


class Step(StrEnum):
    """Where in the menu a key was pressed."""

    LANGUAGE = "language"
    PENDING = "pending"
    OFFER = "offer"
    ANSWERS = "answers"
    TIME = "time"
    DAY = "day"
    CLOCK = "clock"
    HALF = "half"
    REASON = "reason"
    NUMBER = "number"
    TYPED = "typed"


@dataclass(frozen=True)
class Choice:
    """What a caller has chosen so far.

    `windows` are the times read out last, in the order of their keys; at `Step.DAY` the first of each day.
    `day` is a chosen local day and `clock` a typed time of day that still wants its half (both ISO 8601).
    `reason` is a place in the line's list of reasons, -1 for none of them and None while unasked. `moving`:
    the time is for a callback that is promised already.
    """

    number: str | None = None
    extension: str | None = None
    window: Window | None = None
    windows: tuple[Window, ...] = ()
    day: str | None = None
    clock: str | None = None
    reason: int | None = None
    moving: bool = False
    failures: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the choice as it is kept with the call."""
        return {
            "number": self.number,
            "extension": self.extension,
            "window": _instants(self.window) if self.window else None,
            "windows": [_instants(window) for window in self.windows],
            "day": self.day,
            "clock": self.clock,
            "reason": self.reason,
            "moving": self.moving,
            "failures": self.failures,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Return the choice that `to_json` kept; an empty one gives a fresh start."""
        window = kept.get("window")
        return cls(
            number=kept.get("number"),
            extension=kept.get("extension"),
            window=_window(window) if window else None,
            windows=tuple(_window(pair) for pair in kept.get("windows", ())),
            day=kept.get("day"),
            clock=kept.get("clock"),
            reason=kept.get("reason"),
            moving=bool(kept.get("moving")),
            failures=int(kept.get("failures", 0)),
        )


def _instants(window: Window) -> list[str]:
    return [window.start.isoformat(), window.until.isoformat()]


def _window(pair: list[str]) -> Window:
    return Window(datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1]))


@dataclass(frozen=True)
class Pending:
    """A callback that is already owed to whoever calls; `due`: it waits for an agent or is being made."""

    window: Window
    due: bool = False


@dataclass(frozen=True)
class Closing:
    """When the line closes, and whether that may be before the caller's turn."""

    at: datetime
    first: bool


@dataclass(frozen=True)
class Facts:
    """What the menu knows.

    `caller_number` is None where it was withheld or may not be called back; `typed_number` is what the keys
    of `Step.TYPED` mean as a number, None if it is of no use. `supervisor`: one may be asked for. `more` are
    the windows with room from the time that the key asks about, `days` the first window of each coming day,
    and `asked_at` the instant that a typed time means. `closed` says that the caller is in no queue, because
    the line is closed, `emptied` that it has closed while the caller waited and nobody is there any more; it
    opens at `opening`. `closing` is when it closes, if that is too soon to promise a call in turn. Languages
    come with their place in the line's list.
    """

    offer: Offer
    wait: WaitEstimate | None
    caller_number: str | None
    choice: Choice = field(default_factory=Choice)
    typed_number: str | None = None
    typed_extension: str | None = None
    announce_seconds: int = 20
    position: int | None = None
    speaks_offer: bool = True
    line_id: str = ""
    line_name: str = ""
    languages: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    supervisor: bool = False
    more: tuple[Window, ...] = ()
    days: tuple[Window, ...] = ()
    asked_at: datetime | None = None
    halves: bool = False
    pending: Pending | None = None
    closed: bool = False
    emptied: bool = False
    opening: datetime | None = None
    closing: Closing | None = None


@dataclass(frozen=True)
class Promise:
    """The wish to promise a callback; a window of None means as soon as the place in line comes up."""

    number: str
    window: Window | None
    reason: str | None = None
    extension: str | None = None


class Wish(StrEnum):
    """What a caller wants done: with the callback that is owed already, or about who takes the call."""

    CANCEL = "cancel"
    OLD_PLACE = "old_place"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class Decision:
    """What to do next: a turn, or something to be written down first; and what to remember.

    `language` is the one to go on in, the turn included.
    """

    choice: Choice
    turn: Turn | None = None
    promise: Promise | None = None
    move: Window | None = None
    wish: Wish | None = None
    language: str | None = None


def astray(
    facts: Facts, again: Callable[[Choice], Decision], back: Callable[[Facts], Decision]
) -> Decision:
    """Ask once more after a key that means nothing; the third time, go back to where the menu began."""
    choice = replace(facts.choice, failures=facts.choice.failures + 1)
    if choice.failures > FAILURES_ALLOWED:
        return back(facts)
    return again(choice)
