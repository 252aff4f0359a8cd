"""The sweep, about once a second for as long as the process lives; it needs no Redis."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from datetime import timedelta

from callback.dialing.recovery import sweep
from callback.runtime import Runtime

log = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(seconds=1)
SHORTEST_REAL_PAUSE = timedelta(milliseconds=500)
FINISH_SECONDS = 20.0


class Sweeper:
    """Sweeps the database from `start` to `stop`; a failed sweep is followed by the next."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._sweeping = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._keep_sweeping())

    async def stop(self) -> None:
        """Let a sweep that is under way come to its end, so that no call is left half placed."""
        if self._task is None:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._sweeping.acquire(), FINISH_SECONDS)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _keep_sweeping(self) -> None:
        while True:
            await self._pause()
            async with self._sweeping:
                try:
                    await sweep(self._runtime)
                except Exception:
                    log.exception("a sweep failed; the next one follows")

    async def _pause(self) -> None:
        clock = self._runtime.clock
        pause = SWEEP_EVERY * (0.75 + 0.5 * secrets.randbelow(1000) / 1000)
        if clock.real_delay(clock.now() + pause) < SHORTEST_REAL_PAUSE:
            await asyncio.sleep(SHORTEST_REAL_PAUSE.total_seconds())
        else:
            await clock.sleep(pause)
