"""What follows a verb: nothing special, another document, or an outcome. Values, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class GoTo:
    """Another document, fetched from a URL with these parameters besides the standard ones."""

    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Inline:
    """A document that was handed over in a REST request."""

    twiml: str


Source = GoTo | Inline


class Outcome(Enum):
    """How a run of documents ended."""

    FINISHED = "no verb was left"
    HANG_UP = "Hangup"
    LEAVE = "Leave"
    STOPPED = "broken off"
    FAILED = "a document could not be had or performed"


Step = GoTo | Outcome | None
