"""The adapter of live news: Redis publish and subscribe, one connection a process, told in bundles."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from callback.live import EVERYTHING, News

log = logging.getLogger(__name__)

CHANNEL = "callback:news"
BUNDLE_SECONDS = 0.05
AGAIN_SECONDS = 1.0
QUIET_SECONDS = 5.0


class _Listener:
    """What one open page has not heard yet: a set, so that a slow page costs no memory."""

    def __init__(self, hub: RedisLive) -> None:
        self._hub = hub
        self._unheard: set[str] = set()
        self._ring = asyncio.Event()

    @property
    def steady(self) -> bool:
        """Tell whether the process hears Redis at present."""
        return self._hub.hears

    def hear(self, topics: frozenset[str]) -> None:
        """Take note of news."""
        self._unheard |= topics
        self._ring.set()

    async def next(self, patience_seconds: float) -> frozenset[str]:
        """Return what has changed since the last call."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_seconds):
                await self._ring.wait()
        self._ring.clear()
        heard, self._unheard = frozenset(self._unheard), set()
        return heard


class RedisLive:
    """Tells and hears news through Redis; without Redis nothing is told and nobody waits."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._untold: set[str] = set()
        self._telling: asyncio.Task[None] | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._listeners: set[_Listener] = set()
        self.hears = False

    def tell(self, topics: Iterable[str]) -> None:
        """Spread news within the next few hundredths of a second, bundled with what else there is."""
        self._untold.update(topics)
        if self._untold and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        while self._untold:
            await asyncio.sleep(BUNDLE_SECONDS)
            bundle, self._untold = " ".join(sorted(self._untold)), set()
            try:
                await self._redis.publish(CHANNEL, bundle)
            except (RedisError, OSError, TimeoutError) as error:
                log.debug("news was not told: %s", type(error).__name__)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[News]:
        """Give the news of all processes; the first listener of this one makes the connection."""
        if self._hearing is None or self._hearing.done():
            self._hearing = asyncio.create_task(self._hear())
        listener = _Listener(self)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _hear(self) -> None:
        while True:
            try:
                await self._subscribe()
            except (RedisError, OSError, TimeoutError) as error:
                if self.hears:
                    log.warning("live updates pause, pages poll: %s", type(error).__name__)
            self.hears = False
            # Whoever listens learns at once that she has to look by herself.
            self._spread(frozenset({EVERYTHING}))
            await asyncio.sleep(AGAIN_SECONDS)

    async def _subscribe(self) -> None:
        async with self._redis.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            asked = False
            while True:
                message = await channel.get_message(timeout=QUIET_SECONDS)
                if message is None and asked:
                    raise RedisTimeoutError("the connection died without a word")
                asked = message is None
                if message is None:
                    await channel.ping()
                elif message["type"] == "subscribe":
                    self.hears = True
                    self._spread(frozenset({EVERYTHING}))
                elif message["type"] == "message":
                    self._spread(frozenset(message["data"].decode().split()))

    def _spread(self, topics: frozenset[str]) -> None:
        for listener in self._listeners:
            listener.hear(topics)

    async def close(self) -> None:
        """Stop listening, and close the pool."""
        tasks = [task for task in (self._hearing, self._telling) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._redis.aclose(close_connection_pool=True)
