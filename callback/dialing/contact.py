"""Who waits and who is free, as the decision sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
