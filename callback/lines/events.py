"""Special events of a line: days on which more or fewer call than usual, such as a billing run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from callback.errors import InvalidInput
from callback.lines.line import EventDay, Line


def check_events(events: Sequence[EventDay]) -> None:
    """Refuse events that are no dates, have no name, or share a day.

    Raises:
        InvalidInput: says which event is meant.

    """
    seen = set()
    for event in events:
        try:
            day = date.fromisoformat(event["date"])
        except ValueError as error:
            wrong = f"{event['date']!r} is not a date such as 2026-12-24"
            raise InvalidInput("events", wrong) from error
        if not event["name"].strip():
            raise InvalidInput("events", f"{day} has no name; events of one name share an effect")
        if day in seen:
            raise InvalidInput("events", f"{day} is given twice; a day has one event")
        seen.add(day)


def events_of(line: Line) -> dict[date, str]:
    """Return the names of a line's events by day."""
    return {date.fromisoformat(event["date"]): event["name"] for event in line.events}
