"""Who is served next, and by which agent. Pure: one order over waiting callers and due callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW_GUARD = timedelta(minutes=3)
PRIORITY_WORTH = timedelta(minutes=5)
MOST_PRIORITY = 10
LONG_WAIT = timedelta(hours=1)


class ContactKind(StrEnum):
    """What waits: somebody on the line, or a promise that is due."""

    CALL = "call"
    CALLBACK = "callback"


@dataclass(frozen=True)
class Contact:
    """Somebody to be served. `arrived_at` is the place in line; `promised_until` guards a window.

    `priority` (0 to 10; what lies outside counts as the nearer end) is a head start of five minutes a step,
    not a class of its own. `on_the_line` marks a person who answered our call and now waits for an agent: the
    next one is hers. `skills` are those that the agent must have. Until `preferred_until` the contact is
    kept for `preferred_agent`.
    """

    kind: ContactKind
    id: str
    line_id: str
    arrived_at: datetime
    priority: int = 0
    promised_until: datetime | None = None
    on_the_line: bool = False
    language: str = "en"
    skills: frozenset[str] = frozenset()
    preferred_agent: str | None = None
    preferred_until: datetime | None = None


@dataclass(frozen=True)
class FreeAgent:
    """An agent who could take somebody now, and since when she could."""

    id: str
    line_ids: frozenset[str]
    free_since: datetime
    languages: frozenset[str] = frozenset({"en"})
    skills: frozenset[str] = frozenset()


class Reason(StrEnum):
    """Why a contact was taken when it was."""

    PLACE_IN_LINE = "place_in_line"
    PRIORITY = "priority"
    WINDOW_GUARD = "window_guard"
    LONG_WAIT = "long_wait"
    ALREADY_ON_THE_LINE = "already_on_the_line"


@dataclass(frozen=True)
class Match:
    """One contact for one agent, and the reason for its turn."""

    contact: Contact
    agent: FreeAgent
    reason: Reason


def effective_arrival(contact: Contact) -> datetime:
    """Return the arrival with the head start that priority gives."""
    if contact.priority <= 0:
        return contact.arrived_at
    return contact.arrived_at - min(contact.priority, MOST_PRIORITY) * PRIORITY_WORTH


def reason_of(contact: Contact, now: datetime) -> Reason:
    """Return by what right the contact stands where it stands."""
    if contact.on_the_line:
        return Reason.ALREADY_ON_THE_LINE
    if contact.promised_until is not None and contact.promised_until - now <= WINDOW_GUARD:
        return Reason.WINDOW_GUARD
    if now - contact.arrived_at >= LONG_WAIT:
        return Reason.LONG_WAIT
    return Reason.PRIORITY if contact.priority > 0 else Reason.PLACE_IN_LINE


_RANK = {
    Reason.ALREADY_ON_THE_LINE: 0,
    Reason.WINDOW_GUARD: 1,
    Reason.LONG_WAIT: 1,
    Reason.PRIORITY: 2,
    Reason.PLACE_IN_LINE: 2,
}


def _key(contact: Contact, now: datetime) -> tuple[int, datetime, datetime, str]:
    rank = _RANK[reason_of(contact, now)]
    return (rank, effective_arrival(contact), contact.arrived_at, contact.id)


def next_in_line(contacts: Iterable[Contact], now: datetime) -> list[Contact]:
    """Return the contacts in the order in which they are to be served.

    A person already on the line first; then promises whose window is about to end together with whoever
    has waited for an hour; then everybody else. Within each, by arrival less the head start of priority.
    So nobody starves: after an hour only persons on the line, each of whom some agent's turn has brought
    there, and those who arrived at most 50 minutes later can still come first. Ties are broken by arrival
    and identifier, so that every process sees the same order.
    """
    return sorted(contacts, key=lambda contact: _key(contact, now))


def may_serve(agent: FreeAgent, contact: Contact, now: datetime) -> bool:
    """Tell whether an agent may be given a contact: of its line, with its skills, and not kept for another.

    Nobody is kept for a preferred agent who is on the line already or whose window is about to end.
    """
    if contact.line_id not in agent.line_ids or not contact.skills <= agent.skills:
        return False
    kept = contact.preferred_until is not None and now < contact.preferred_until
    if not kept or contact.preferred_agent in {None, agent.id}:
        return True
    return reason_of(contact, now) in {Reason.ALREADY_ON_THE_LINE, Reason.WINDOW_GUARD}


def match(
    contacts: Iterable[Contact],
    agents: Sequence[FreeAgent],
    now: datetime,
    not_again: frozenset[tuple[str, str]] = frozenset(),
) -> list[Match]:
    """Return who is given to whom: each contact in order to the agent who has been free the longest.

    Among the agents who may serve it (`may_serve`) the preferred one comes first, then those who speak its
    language. Nobody is matched twice. `not_again` holds pairs (agent, contact) that were tried a moment ago
    and came to nothing.
    """
    free = {agent.id: agent for agent in agents}
    # Kept by line, because with many waiting most of the time goes into looking at agents of other lines.
    free_on: dict[str, dict[str, FreeAgent]] = {}
    for agent in free.values():
        for line_id in agent.line_ids:
            free_on.setdefault(line_id, {})[agent.id] = agent
    matches: list[Match] = []
    for contact in next_in_line(contacts, now):
        if len(matches) == len(free):
            break
        able = [
            agent
            for agent in free_on.get(contact.line_id, {}).values()
            if may_serve(agent, contact, now) and (agent.id, contact.id) not in not_again
        ]
        if not able:
            continue
        agent = min(able, key=lambda each: _fitness(each, contact))
        for line_id in agent.line_ids:
            del free_on[line_id][agent.id]
        matches.append(Match(contact, agent, reason_of(contact, now)))
    return matches


def _fitness(agent: FreeAgent, contact: Contact) -> tuple[bool, bool, datetime, str]:
    return (
        agent.id != contact.preferred_agent,
        contact.language not in agent.languages,
        agent.free_since,
        agent.id,
    )
