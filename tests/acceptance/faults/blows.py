"""What is done to an installation: parts killed, frozen, cut off and flushed, in an order drawn from a seed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from redis.exceptions import RedisError

from callback.demo.processes import DemoFailed
from tests.acceptance.faults.installation import Installation

EVENTS: dict[str, Any] = {
    "duplicate": 0.1,
    "reorder": 0.1,
    "after_end": 0.1,
    "repeat_steps": 0.02,
    "shuffle": 0.3,
    "extra": 0.3,
    "rest_lose": 0.03,
    "rest_refuse": 0.03,
    "rest_busy": 0.03,
}
"""What goes wrong all the time, besides the blows."""


class Blows:
    """Strikes an installation. `kills` counts every SIGKILL, `counted` every blow by name."""

    def __init__(self, installation: Installation, draw: random.Random, longest: float) -> None:
        self.counted: Counter[str] = Counter()
        self.kills = 0
        self.deaths: list[datetime] = []
        self._there, self.draw, self._longest = installation, draw, longest
        self._mending: dict[str, asyncio.Task[None]] = {}
        self._kinds: list[tuple[int, str, Callable[[], Awaitable[None]]]] = [
            (4, "web killed", lambda: self._kill("web")),
            (4, "worker killed", lambda: self._kill(draw.choice(["worker 1", "worker 2"]))),
            (2, "both workers killed", self._both_workers),
            (2, "redis killed", lambda: self._kill("redis")),
            (2, "database struck", self._database),
            (1, "telephone company killed", lambda: self._kill("telephony")),
            (1, "redis flushed", self._flush),
            (1, "connection cut", self._cut),
            (1, "worker frozen", lambda: self._freeze(draw.choice(["worker 1", "worker 2"]))),
            (1, "telephone company frozen", lambda: self._freeze("telephony")),
            (1, "redis frozen", lambda: self._freeze("redis")),
            (1, "worker deployed", lambda: self._deploy(draw.choice(["worker 1", "worker 2"]))),
            (1, "web deployed", lambda: self._deploy("web")),
        ]

    async def strike(self) -> None:
        """Strike once; who is down recovers by itself while the next blow may fall."""
        weights = [weight for weight, _, _ in self._kinds]
        ((_, name, blow),) = self.draw.choices(self._kinds, weights)
        before = self.kills
        self._note(name)
        await blow()
        if self.kills > before or not name.endswith("killed"):
            self.counted[name] += 1

    async def recover(self) -> None:
        """Wait until every part is up again, and let nothing go wrong any more."""
        await asyncio.gather(*self._mending.values())
        self._mending.clear()
        await self._set_faults({})

    async def begin(self) -> None:
        """Let the small misfortunes begin."""
        await self._set_faults(EVENTS)

    def _note(self, what: str) -> None:
        with (self._there.folder / "blows.log").open("a") as log:
            log.write(f"{self._there.clock.now():%H:%M:%S} {what}\n")

    def _mend(self, name: str, cure: Awaitable[None]) -> None:
        async def mended() -> None:
            await cure
            self._note(f"{name} is up")

        self._mending[name] = asyncio.create_task(mended())

    def _up(self, name: str) -> bool:
        task = self._mending.get(name)
        if task is not None and task.done():
            task.result()  # a part that did not come up again is the end of the run
        return task is None or task.done()

    def _pause(self) -> float:
        return self.draw.uniform(0.05, self._longest)

    async def _kill(self, name: str) -> None:
        if not self._up(name):
            return
        if name == "telephony":
            self.deaths.append(self._there.clock.now())
        await self._there.parts[name].kill()
        self.kills += 1
        self._mend(name, self._raise(name, self._pause()))

    async def _raise(self, name: str, pause: float) -> None:
        await asyncio.sleep(pause)
        await self._there.parts[name].start()
        if name == "telephony":
            await self._set_faults(EVENTS)

    async def _both_workers(self) -> None:
        await self._kill("worker 1")
        await self._kill("worker 2")

    async def _database(self) -> None:
        if self._up("database"):
            self.kills += not self._there.store.url.startswith("sqlite")
            self._mend("database", self._there.store.strike(self._pause()))

    async def _flush(self) -> None:
        if self._up("redis"):
            try:
                await self._there.redis.flushall()
            except RedisError:
                self.counted["redis flushed"] -= 1

    async def _cut(self) -> None:
        if self._up("telephony"):
            seconds = self.draw.uniform(1, 30)
            await self._set_faults({**EVENTS, "partition_s": round(seconds, 1)})

    async def _freeze(self, name: str) -> None:
        if self._up(name):
            self._mend(name, self._there.parts[name].freeze(self._pause()))

    async def _deploy(self, name: str) -> None:
        if self._up(name):
            self._mend(name, self._replace(name))

    async def _replace(self, name: str) -> None:
        await self._there.parts[name].stop()
        await self._there.parts[name].start()

    async def _set_faults(self, faults: dict[str, Any]) -> None:
        try:
            await self._there.telephony.post("/simulator/faults", faults)
        except DemoFailed:
            if not faults:
                raise
