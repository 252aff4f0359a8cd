"""The walk through every pair of state and event, against a table that a test writes for itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from callback.transitions import Event, Status, Transitions

Table = Mapping[str, Mapping[str, str]]


def words(kind: type[StrEnum]) -> set[str]:
    return {word.value for word in kind}


def every_pair(
    statuses: type[Status], events: type[Event], expected: Table
) -> list[tuple[Status, Event, Status | None]]:
    """Each state with each event and what must follow; None where the pair is illegal.

    `expected` must mention every state, so that a new one does not slip in unnoticed.
    """
    assert set(expected) == words(statuses)
    assert {event for row in expected.values() for event in row} == words(events)
    return [
        (status, event, statuses(target) if (target := expected[status].get(event)) else None)
        for status in statuses
        for event in events
    ]


def reachable(life: Transitions[Status, Event], events: type[Event], start: Status) -> set[Status]:
    """The states to which some series of events leads from `start`, itself included."""
    found: set[Status] = {start}
    new = [start]
    while new:
        status = new.pop()
        for event in events:
            if life.allows(status, event) and (target := life.next(status, event)) not in found:
                found.add(target)
                new.append(target)
    return found
