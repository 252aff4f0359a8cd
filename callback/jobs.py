"""The job queue as a port: what can be asked for, and how.

A job is a wake-up and nothing more. It may be lost, doubled or late; the rows say what is to be done, and a
sweep of the database finds what nobody was woken for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class JobName(StrEnum):
    """The jobs that a worker knows; the arguments of each are identifiers."""

    FALL_DUE = "fall_due"
    DISPATCH = "dispatch"
    PLACE_LEG = "place_leg"
    PULL_CALLER = "pull_caller"
    END_LEG = "end_leg"
    SEND_TEXT = "send_text"
    LET_IN = "let_in"
    PLACE_TRIAL = "place_trial"


@dataclass(frozen=True)
class Wake:
    """A wish to be woken: for which job, for what, and which version of it."""

    job: JobName
    subject_id: str = ""
    version: int = 1

    @property
    def key(self) -> str:
        """The identifier under which a repeated wish is recognised."""
        return f"{self.job}:{self.subject_id}:{self.version}"


Wish = tuple[Wake, datetime | None]
"""What to be woken for, and when; None is as soon as a worker is free."""


class Jobs(Protocol):
    """How jobs are asked for. Nothing raises or takes longer than about a second, however many there are."""

    async def wake_all(self, wishes: Collection[Wish]) -> None:
        """Ask for several at once."""
        ...

    async def take_back(self, wakes: Iterable[Wake]) -> None:
        """Ask no more for wakes whose work is done; one that is being carried out is not stopped."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
