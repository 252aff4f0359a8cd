"""The free agents, sorted once, from whom each contact in its turn takes the fittest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from callback.dialing.contact import Contact, FreeAgent


class _Wanted(NamedTuple):
    """What contacts ask for; those who ask for the same share one list. Without a language anybody will do."""

    line_id: str
    skills: frozenset[str]
    language: str | None


class IdleAgents:
    """Agents in the order in which they became free; whoever is taken is gone.

    Lists of those who could serve a kind of contact are made when the first of the kind comes, and each
    forgets from its front whoever was taken, so that a long line costs little more than a short one.
    `not_again` holds pairs (agent, contact) that are not to be.
    """

    def __init__(
        self, agents: Iterable[FreeAgent], not_again: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self._not_again = not_again
        # The last is the one who has been free the longest, for a list is shortened at its end.
        in_order = sorted(agents, key=lambda agent: (agent.free_since, agent.id), reverse=True)
        self._free = {agent.id: agent for agent in in_order}
        self._on_line: dict[str, list[FreeAgent]] = {}
        for agent in in_order:
            for line_id in agent.line_ids:
                self._on_line.setdefault(line_id, []).append(agent)
        self._fit: dict[_Wanted, list[FreeAgent]] = {}

    def take_for(self, contact: Contact, *, only_preferred: bool = False) -> FreeAgent | None:
        """Take the fittest agent for a contact: the preferred, one who speaks its language, or anybody."""
        agent = self._preferred(contact)
        if agent is None and not only_preferred and contact.line_id in self._on_line:
            agent = self._longest_free(contact, contact.language) or self._longest_free(
                contact, None
            )
        if agent is not None:
            del self._free[agent.id]
        return agent

    def _preferred(self, contact: Contact) -> FreeAgent | None:
        agent = self._free.get(contact.preferred_agent or "")
        if agent is None or contact.line_id not in agent.line_ids:
            return None
        if not contact.skills <= agent.skills or (agent.id, contact.id) in self._not_again:
            return None
        return agent

    def _longest_free(self, contact: Contact, language: str | None) -> FreeAgent | None:
        fit = self._who_fit(_Wanted(contact.line_id, contact.skills, language))
        while fit and fit[-1].id not in self._free:
            fit.pop()
        for agent in reversed(fit):
            if agent.id in self._free and (agent.id, contact.id) not in self._not_again:
                return agent
        return None

    def _who_fit(self, wanted: _Wanted) -> list[FreeAgent]:
        fit = self._fit.get(wanted)
        if fit is None:
            fit = self._fit[wanted] = [
                agent
                for agent in self._on_line[wanted.line_id]
                if wanted.skills <= agent.skills
                and (wanted.language is None or wanted.language in agent.languages)
            ]
        return fit
