"""Callbacks that fall due at the same time, given their places in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from callback.promises.requesting import fall_due
from callback.runtime import Runtime
from callback.together import Together

Wish = tuple[str, int]


class FallingDue:
    """Gathers the wake-ups that come while others are being worked on; a burst costs a few transactions."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._together: Together[Wish, bool] = Together(self._fall_due)

    async def fall_due(self, callback_id: str, version: int) -> None:
        """Give a callback its place in line, if this wake-up still counts."""
        await self._together.ask((callback_id, version))

    async def _fall_due(self, wishes: list[Wish]) -> Mapping[Wish, bool]:
        async with self._runtime.work() as work:
            # In one order, so that two workers do not wait for each other in a circle.
            return {wish: await fall_due(work, *wish) for wish in sorted(wishes)}
