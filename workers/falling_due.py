"""Wake-ups of callbacks that are due: the first does the work of all, and the rest find none."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from callback.jobs import JobName, Wake
from callback.promises.falling_due import give_places_to
from callback.runtime import Runtime
from callback.together import Together

Wish = tuple[str, int]
ROUNDED_SECONDS = 0.002
"""arq keeps whole milliseconds, rounded; a wake-up that comes a little too early would be void."""


class FallingDue:
    """Gathers the wake-ups that come while others are being worked on; a burst costs a few transactions."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._together: Together[Wish, bool] = Together(self._fall_due)

    async def fall_due(self, callback_id: str, version: int) -> None:
        """Give a callback its place in line, if this wake-up still counts."""
        await self._together.ask((callback_id, version))

    async def _fall_due(self, wishes: list[Wish]) -> Mapping[Wish, bool]:
        await asyncio.sleep(ROUNDED_SECONDS)
        await give_places_to(self._runtime, {Wake(JobName.FALL_DUE, *wish) for wish in wishes})
        return {}
