"""The account's dialling rate: calls made by REST leave one by one, the rest wait in line."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

from callback.clock import Clock
from callback.simulator.account import Account
from callback.simulator.call import Call

LONGEST_WAIT: Final = timedelta(hours=24)

Work = Callable[[], Coroutine[Any, Any, None]]


class Dispatcher:
    """First in, first out, at the account's calls per second; without a limit, at once."""

    def __init__(
        self, account: Account, clock: Clock, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._account = account
        self._clock = clock
        self._spawn = spawn
        self._line: deque[tuple[Call, Work]] = deque()
        self._busy = False
        self._free_at = clock.now()

    def submit(self, call: Call, work: Work) -> None:
        """Let a queued call leave when its turn comes; its `queue_time` is the estimate of now."""
        rate = self._account.calls_per_second
        if rate is None:
            self._spawn(work())
            return
        waiting = sum(1 for each, _ in self._line if not each.ended)
        gap_s = max(0.0, (self._free_at - self._clock.now()).total_seconds())
        call.queue_time_ms = round((gap_s + waiting / rate) * 1000)
        self._line.append((call, work))
        if not self._busy:
            self._busy = True
            self._spawn(self._run(1 / rate))

    async def _run(self, gap_s: float) -> None:
        try:
            while self._line:
                call, work = self._line.popleft()
                if call.ended:
                    continue
                if self._clock.now() - call.created_at > LONGEST_WAIT:
                    call.end("cancel", "waited too long to be dialled")
                    continue
                self._spawn(work())
                self._free_at = self._clock.now() + timedelta(seconds=gap_s)
                await self._clock.sleep(timedelta(seconds=gap_s))
        finally:
            self._busy = False
