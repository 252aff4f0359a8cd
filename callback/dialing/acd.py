"""Who is served next, and by which agent. Pure: one order over waiting callers and due callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter

from callback.dialing.contact import Contact, FreeAgent
from callback.dialing.idle_agents import IdleAgents

WINDOW_GUARD = timedelta(minutes=3)
PRIORITY_WORTH = timedelta(minutes=5)
MOST_PRIORITY = 10
LONG_WAIT = timedelta(hours=1)


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

_Place = tuple[int, datetime, datetime, str]


def _in_order(contacts: Iterable[Contact], now: datetime) -> list[tuple[_Place, Contact, Reason]]:
    placed = []
    for contact in contacts:
        reason = reason_of(contact, now)
        arrived_at = contact.arrived_at
        place = (_RANK[reason], effective_arrival(contact), arrived_at, contact.id)
        placed.append((place, contact, reason))
    placed.sort(key=itemgetter(0))
    return placed


def next_in_line(contacts: Iterable[Contact], now: datetime) -> list[Contact]:
    """Return the contacts in the order in which they are to be served.

    A person already on the line first; then promises whose window is about to end together with whoever
    has waited for an hour; then everybody else. Within each, by arrival less the head start of priority.
    So nobody starves: after an hour only persons on the line, each of whom some agent's turn has brought
    there, and those who arrived at most 50 minutes later can still come first. Ties are broken by arrival
    and identifier, so that every process sees the same order.
    """
    return [contact for _, contact, _ in _in_order(contacts, now)]


def match(
    contacts: Iterable[Contact],
    agents: Sequence[FreeAgent],
    now: datetime,
    not_again: frozenset[tuple[str, str]] = frozenset(),
    most: int | None = None,
) -> list[Match]:
    """Return who is given to whom: each contact in order to the agent who has been free the longest.

    An agent may be given a contact of her lines, for which she has the skills, and which is not kept for
    another; nobody is kept for a preferred agent who is on the line already or whose window is about to end.
    Among those agents the preferred one comes first, then those who speak its language. Nobody is matched
    twice. `not_again` holds pairs (agent, contact) that were tried a moment ago and came to nothing. It ends
    after `most` matches.
    """
    idle = IdleAgents(agents, not_again)
    most = len(agents) if most is None else min(most, len(agents))
    matches: list[Match] = []
    for _, contact, reason in _in_order(contacts, now):
        if len(matches) == most:
            break
        agent = idle.take_for(contact, only_preferred=_is_kept(contact, reason, now))
        if agent is not None:
            matches.append(Match(contact, agent, reason))
    return matches


def _is_kept(contact: Contact, reason: Reason, now: datetime) -> bool:
    if contact.preferred_agent is None or contact.preferred_until is None:
        return False
    if reason in {Reason.ALREADY_ON_THE_LINE, Reason.WINDOW_GUARD}:
        return False
    return now < contact.preferred_until
