"""Agents coming and going: as many as the day has in this half-hour, told to the API like a person would."""

from __future__ import annotations

from callback.demo.client import Refused
from callback.demo.stack import Stack

CONFLICT = 409


class Roster:
    """The agents of one line; the first `wanted` of them are at work.

    Somebody who is talking may not be able to leave just now; the API then refuses, and the next `staff`
    asks again.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._at_work = [False] * len(stack.agent_ids)

    @property
    def at_work(self) -> int:
        """Return how many agents have been told to be available."""
        return sum(self._at_work)

    async def staff(self, wanted: int) -> None:
        """Tell agents to come or go until `wanted` are at work."""
        for number, agent_id in enumerate(self._stack.agent_ids):
            should = number < wanted
            if self._at_work[number] == should:
                continue
            status = "available" if should else "offline"
            try:
                await self._stack.api.put(f"/api/v1/agents/{agent_id}/status", {"status": status})
            except Refused as refused:
                if refused.status != CONFLICT:
                    raise
            else:
                self._at_work[number] = should
