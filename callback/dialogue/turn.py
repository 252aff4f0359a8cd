"""A turn: what we say, for which keys we listen, and what happens if none comes. No XML, no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Say:
    """A sentence by its key in the locale files, and the values that it names.

    `language` is given where it is not the listener's own, as in a menu of languages.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    language: str | None = None


@dataclass(frozen=True)
class Listen:
    """Keys are awaited for `step`: so many, or any number ended by the pound key if `digits` is None.

    `seconds` is how long to wait after the last word; waiting music or silence counts as words.
    """

    step: str
    digits: int | None = 1
    seconds: int = 5


class Role(StrEnum):
    """Who is on the leg that enters a conference."""

    CALLER = "caller"
    AGENT = "agent"
    PERSON = "person"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class KeepWaiting:
    """Go back to waiting in the queue."""


@dataclass(frozen=True)
class AskAgain:
    """Let the queue ask again by itself what to play, as it does whenever there is nothing left to play."""


@dataclass(frozen=True)
class Leave:
    """Leave the queue; the call goes on outside of it."""


@dataclass(frozen=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True)
class Enqueue:
    """Take a place in the queue of a line."""

    line_id: str


@dataclass(frozen=True)
class Join:
    """Enter a conference. `subject_id` is the leg's id, for a live caller the reservation's.

    Who is `muted` is heard by nobody; who has somebody `coached` (a CallSid) is heard by that one alone.
    """

    conference: str
    role: Role
    subject_id: str
    reservation_id: str
    muted: bool = False
    coached: str | None = None


@dataclass(frozen=True)
class Again:
    """Ask the same address once more, after the turn's pause."""

    step: str


@dataclass(frozen=True)
class Record:
    """Let something be said after a tone, for so many seconds at most; silence ends the call."""

    longest_seconds: int


Then = KeepWaiting | AskAgain | Leave | HangUp | Enqueue | Join | Again | Record


@dataclass(frozen=True)
class Turn:
    """Sentences, then a pause of so many seconds during which keys count too, then what follows.

    `plays` is the address of a sound that comes before the sentences.
    """

    says: tuple[Say, ...]
    listen: Listen | None = None
    pause_seconds: int = 0
    then: Then = field(default_factory=KeepWaiting)
    plays: str | None = None
