"""What a worker wakes for itself it does itself: the way through Redis would cost a poll of the queue.

A wake-up is a reminder here, too: one that is lost with its process is found by the sweep of the next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Coroutine, Iterable
from dataclasses import replace
from typing import Any

from callback.dialing.dispatching import NEXT_ROUND
from callback.dialing.placing import Placer
from callback.jobs import JobName, Jobs, Wake, Wish
from callback.runtime import Runtime
from workers.dispatcher import Dispatcher
from workers.falling_due import FallingDue

log = logging.getLogger(__name__)


class AtHand:
    """The job queue's port of a worker: dispatching and placing are begun at once, all else goes to the queue.

    `runtime` is the given one with these jobs; whatever the worker does is to use it.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.queue: Jobs = runtime.jobs
        self.runtime = replace(runtime, jobs=self)
        self.dispatcher = Dispatcher(self.runtime)
        self.placer = Placer(self.runtime)
        self.falling_due = FallingDue(self.runtime)
        self._tasks: set[asyncio.Task[None]] = set()
        self._finishing = False

    @property
    def context(self) -> dict[str, Any]:
        """What the jobs are given."""
        return {
            "runtime": self.runtime,
            "dispatcher": self.dispatcher,
            "placer": self.placer,
            "falling_due": self.falling_due,
        }

    async def wake_all(self, wishes: Collection[Wish]) -> None:
        """Begin what is wanted now and can be done here, and ask the queue for the rest."""
        rest = [(wake, when) for wake, when in wishes if when is not None or not self._take(wake)]
        if rest:
            await self.queue.wake_all(rest)

    async def take_back(self, wakes: Iterable[Wake]) -> None:
        """Ask the queue."""
        await self.queue.take_back(wakes)

    async def close(self) -> None:
        """Let go of the queue."""
        await self.queue.close()

    async def rest(self) -> None:
        """Wait until nothing is in hand."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def finish(self, seconds: float, jobs: Iterable[asyncio.Task[Any]] = ()) -> None:
        """Begin nothing more, and finish for so long what is in hand, here and among arq's `jobs`."""
        if self._finishing:
            return
        self._finishing = True
        self.placer.stop()
        if in_hand := {*self._tasks, *jobs}:
            await asyncio.wait(in_hand, timeout=seconds)

    def _take(self, wake: Wake) -> bool:
        """Begin it, if that is this worker's business; tell whether it was."""
        if self._finishing:
            return False
        if wake.job == JobName.DISPATCH and wake.subject_id != NEXT_ROUND:
            self._begin(self.dispatcher.dispatch(), wake)
            return True
        if wake.job == JobName.PLACE_LEG:
            self._begin(self.placer.place(wake.subject_id), wake)
            return True
        return False

    def _begin(self, work: Coroutine[Any, Any, object], wake: Wake) -> None:
        task = asyncio.create_task(self._do(work, wake))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, work: Coroutine[Any, Any, object], wake: Wake) -> None:
        try:
            await work
        except Exception:
            log.exception("%s was not done; the sweep will find it", wake.key)
