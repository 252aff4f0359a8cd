"""The pace of an account as a port: whose call goes out next, among all workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class Turn:
    """A call that is to be placed: which leg, for which line, and since when it is planned."""

    leg_id: str
    line_id: str
    planned_at: datetime


class Pace(Protocol):
    """Gives turns to calls: so many a second, in the order of planning, and lines by turns."""

    async def wait_for(self, turn: Turn, now: datetime) -> timedelta | None:
        """Return how long the call must still wait, zero if it is its turn, which is thereby used up.

        None if nobody can tell; the database is counted then. Never raises, nor takes longer than a second.
        """
        ...


class NoSharedPace:
    """Knows nothing: every turn is decided by the database."""

    async def wait_for(self, turn: Turn, now: datetime) -> timedelta | None:
        """Return None."""
        del turn, now
        return None
