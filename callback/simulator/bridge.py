"""Two legs that hear each other."""

from __future__ import annotations

import asyncio
from datetime import datetime

from callback.clock import Clock
from callback.simulator.call import Call


class Bridge:
    """Joins two calls at some moment, perhaps never, and ends once, for both."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: tuple[Call, ...] = ()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.connected_at: datetime | None = None
        self.ended_at: datetime | None = None

    @property
    def connected(self) -> bool:
        """Whether the two ever heard each other."""
        return self.connected_at is not None

    def connect(self, one: Call, other: Call) -> bool:
        """Let them hear each other; return False when one has gone meanwhile."""
        if self.ended.done() or one.ended or other.ended:
            self.end()
            return False
        self._calls = (one, other)
        self.connected_at = self._clock.now()
        for call, peer in ((one, other), (other, one)):
            call.note("bridged", peer.sid)
            if call.person is not None:
                call.person.meet()
        return True

    def end(self) -> None:
        """Part them; the second time nothing happens."""
        if self.ended.done():
            return
        self.ended.set_result(None)
        self.ended_at = self._clock.now()
        for call in self._calls:
            if call.person is not None:
                call.person.part(alone=False)
