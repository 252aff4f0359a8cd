"""One dispatch at a time in a process, and one more for all that were asked for meanwhile."""

from __future__ import annotations

import asyncio

from callback.dialing.dispatching import serve_who_waits
from callback.runtime import Runtime


class Dispatcher:
    """Lets a burst of wishes to dispatch cost two dispatches instead of as many as there were wishes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._running = asyncio.Lock()
        self._next_waits = False

    async def dispatch(self) -> None:
        """Dispatch now or, if that is being done, once more afterwards; nothing asked for is lost."""
        if self._running.locked():
            if self._next_waits:
                return
            self._next_waits = True
        async with self._running:
            self._next_waits = False
            await serve_who_waits(self._runtime)
