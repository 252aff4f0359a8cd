"""Who is served next, and by which agent. Pure: one order over waiting callers and due callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW_GUARD = timedelta(minutes=3)


class ContactKind(StrEnum):
    """What waits: somebody on the line, or a promise that is due."""

    CALL = "call"
    CALLBACK = "callback"


@dataclass(frozen=True)
class Contact:
    """Somebody to be served. `arrived_at` is the place in line; `promised_until` guards a window.

    `on_the_line` marks a person who answered our call and now waits for an agent: the next one is hers.
    """

    kind: ContactKind
    id: str
    line_id: str
    arrived_at: datetime
    priority: int = 0
    promised_until: datetime | None = None
    on_the_line: bool = False
    language: str = "en"


@dataclass(frozen=True)
class FreeAgent:
    """An agent who could take somebody now, and since when she could."""

    id: str
    line_ids: frozenset[str]
    free_since: datetime
    languages: frozenset[str] = frozenset({"en"})


class Reason(StrEnum):
    """Why a contact was taken when it was."""

    PLACE_IN_LINE = "place_in_line"
    PRIORITY = "priority"
    WINDOW_GUARD = "window_guard"
    ALREADY_ON_THE_LINE = "already_on_the_line"


@dataclass(frozen=True)
class Match:
    """One contact for one agent, and the reason for its turn."""

    contact: Contact
    agent: FreeAgent
    reason: Reason


def reason_of(contact: Contact, now: datetime) -> Reason:
    """Return by what right the contact stands where it stands."""
    if contact.on_the_line:
        return Reason.ALREADY_ON_THE_LINE
    if contact.promised_until is not None and contact.promised_until - now <= WINDOW_GUARD:
        return Reason.WINDOW_GUARD
    return Reason.PRIORITY if contact.priority > 0 else Reason.PLACE_IN_LINE


_RANK = {
    Reason.ALREADY_ON_THE_LINE: 0,
    Reason.WINDOW_GUARD: 1,
    Reason.PRIORITY: 2,
    Reason.PLACE_IN_LINE: 2,
}


def _key(contact: Contact, now: datetime) -> tuple[int, int, datetime, str]:
    return (_RANK[reason_of(contact, now)], -contact.priority, contact.arrived_at, contact.id)


def next_in_line(contacts: Iterable[Contact], now: datetime) -> list[Contact]:
    """Return the contacts in the order in which they are to be served.

    A person already on the line first, then a promise whose window is about to end, then by priority, then
    by original arrival. Ties are broken by identifier, so that every process sees the same order.
    """
    return sorted(contacts, key=lambda contact: _key(contact, now))


def match(
    contacts: Iterable[Contact],
    agents: Sequence[FreeAgent],
    now: datetime,
    not_again: frozenset[tuple[str, str]] = frozenset(),
) -> list[Match]:
    """Return who is given to whom: each contact in order to the agent who has been free the longest.

    Among the agents of the contact's line those who speak its language come first. Nobody is matched twice.
    `not_again` holds pairs (agent, contact) that were tried a moment ago and came to nothing.
    """
    free = {agent.id: agent for agent in agents}
    matches: list[Match] = []
    for contact in next_in_line(contacts, now):
        if not free:
            break
        able = [
            agent
            for agent in free.values()
            if contact.line_id in agent.line_ids and (agent.id, contact.id) not in not_again
        ]
        if not able:
            continue
        agent = min(able, key=lambda a: (contact.language not in a.languages, a.free_since, a.id))
        del free[agent.id]
        matches.append(Match(contact, agent, reason_of(contact, now)))
    return matches
