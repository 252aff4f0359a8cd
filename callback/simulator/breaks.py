"""What may break off whatever a call is doing just now.

A caller who hangs up, a REST request that redirects a call, a queue member taken by an agent, a key pressed
during a prompt: each ends a wait early. They are levels, not exceptions: a wait that starts after the break
returns at once, and whoever waited looks at the reason and decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from callback.clock import Clock


class Break:
    """A reason to stop, given at most once; a child also breaks when its parent does."""

    def __init__(self, clock: Clock, parent: Break | None = None) -> None:
        self._clock = clock
        self._parent = parent
        self._future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def child(self) -> Break:
        """Return a narrower break, for a part of what this one covers."""
        return Break(self._clock, self)

    def now(self, reason: object) -> bool:
        """Break for `reason`; return False when this was broken before."""
        if self._future.done():
            return False
        self._future.set_result(reason)
        return True

    @property
    def own_reason(self) -> object | None:
        """Why this very break happened, whatever happened around it."""
        return self._future.result() if self._future.done() else None

    @property
    def reason(self) -> object | None:
        """Why it broke; the outermost break speaks first. None while all is well."""
        found: object | None = None
        for link in self._chain():
            if link._future.done():
                found = link._future.result()
        return found

    @property
    def broken(self) -> bool:
        """Whether this or anything around it has been broken."""
        link: Break | None = self
        while link is not None:
            if link._future.done():
                return True
            link = link._parent
        return False

    async def wait(self, *events: asyncio.Future[Any], seconds: float | None = None) -> None:
        """Return when broken, when one of `events` has happened, or after `seconds` on the clock."""
        if self.broken or any(event.done() for event in events):
            return
        waited: set[asyncio.Future[Any]] = {link._future for link in self._chain()} | set(events)
        if seconds is None:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            return
        timer = asyncio.ensure_future(self._clock.sleep(timedelta(seconds=seconds)))
        try:
            await asyncio.wait(waited | {timer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()

    async def sleep(self, seconds: float) -> bool:
        """Let `seconds` pass; return False when broken off before."""
        if seconds > 0:
            await self.wait(seconds=seconds)
        return not self.broken

    def _chain(self) -> Iterator[Break]:
        link: Break | None = self
        while link is not None:
            yield link
            link = link._parent
