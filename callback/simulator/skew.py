"""The simulator's clock as its side of the network sees it: perhaps ahead of everybody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

from callback.clock import Clock


class SkewedClock:
    """Another clock, ahead by `ahead` (negative: behind); waiting takes as long as on that one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the instant that this side believes in."""
        now = self._clock.now()
        return now + self.ahead if self.ahead else now

    async def sleep(self, duration: timedelta) -> None:
        """Let a duration pass."""
        await self._clock.sleep(duration)

    def real_delay(self, until: datetime) -> timedelta:
        """Return how long the machine must wait until this clock shows that instant."""
        return self._clock.real_delay(until - self.ahead)
