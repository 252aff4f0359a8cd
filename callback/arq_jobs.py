"""The job queue's adapter: arq on Redis, with identifiers only and a short patience."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import islice
from typing import Any

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from arq.utils import timestamp_ms
from redis.asyncio import BlockingConnectionPool, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from callback.clock import Clock
from callback.jobs import JobName, Wake, Wish

log = logging.getLogger(__name__)

QUEUE = "callback:jobs"
PATIENCE_SECONDS = 1.0
REST_AFTER_FAILURE = timedelta(seconds=2)
KEPT_FOR = timedelta(minutes=1)
MILLISECOND = timedelta(milliseconds=1)
NAMED_AT_MOST = 3
UNIQUE = frozenset({JobName.FALL_DUE})


def serialize(job: dict[str, Any]) -> bytes:
    """Return a job as JSON: unlike pickle it cannot make a reader run code."""
    return json.dumps(job, default=repr).encode()


def deserialize(raw: bytes) -> dict[str, Any]:
    """Return the job that `serialize` wrote."""
    job: dict[str, Any] = json.loads(raw)
    return job


def connect(redis_url: str, *, patient: bool) -> ArqRedis:
    """Return a pool for `redis_url` that connects when it is first used.

    `patient` is for workers, which ride out a restart of Redis; a web process gives up within a second.
    """
    retry = Retry(ExponentialBackoff(cap=2), 20) if patient else Retry(NoBackoff(), 0)
    options: dict[str, Any] = {
        "socket_timeout": 2 if patient else PATIENCE_SECONDS,
        "retry": retry,
        "retry_on_error": [RedisConnectionError, RedisTimeoutError, OSError] if patient else [],
        "health_check_interval": 15,
    }
    if not redis_url.startswith("unix:"):
        options["socket_connect_timeout"] = PATIENCE_SECONDS
    pool: ConnectionPool = BlockingConnectionPool.from_url(
        redis_url, max_connections=50, timeout=PATIENCE_SECONDS, **options
    )
    return ArqRedis(
        pool,
        job_serializer=serialize,
        job_deserializer=deserialize,
        default_queue_name=QUEUE,
    )


class ArqJobs:
    """Asks arq for jobs; a Redis that does not answer costs a log line, never a promise."""

    def __init__(self, redis: ArqRedis, clock: Clock) -> None:
        self.redis = redis
        self._clock = clock
        self._rest_until = 0.0

    async def wake_all(self, wishes: Collection[Wish]) -> None:
        """Ask for several in one exchange with Redis."""
        if asyncio.get_running_loop().time() < self._rest_until:
            return
        keys = ", ".join(wake.key for wake, _ in islice(wishes, NAMED_AT_MOST))
        more = f" and {len(wishes) - NAMED_AT_MOST} more" * (len(wishes) > NAMED_AT_MOST)
        async with self._patience(f"no wake-up for {keys}{more}, the sweep will find it"):
            await self._enqueue(wishes)

    async def take_back(self, wakes: Iterable[Wake]) -> None:
        """Take wakes out of the queue; what they carry goes later, for somebody may be about to read it."""
        keys = [wake.key for wake in wakes if wake.job in UNIQUE]
        if not keys or asyncio.get_running_loop().time() < self._rest_until:
            return
        async with self._patience("wakes were not taken back, and will find nothing to do"):
            pipe = self.redis.pipeline(transaction=False)
            pipe.zrem(QUEUE, *keys)
            for key in keys:
                pipe.pexpire(job_key_prefix + key, KEPT_FOR)
            await pipe.execute()

    async def close(self) -> None:
        """Close the pool."""
        await self.redis.aclose(close_connection_pool=True)

    async def _enqueue(self, wishes: Collection[Wish]) -> None:
        """Write jobs down as `enqueue_job` does one by one, which first asks whether there is one of that name.

        Here only a missing job is written, and only a missing place in the queue: one that waits already, or
        is under way, stays as it is.
        """
        asked_at = timestamp_ms()
        places: dict[str, int] = {}
        async with self.redis.pipeline(transaction=True) as pipe:
            for wake, when in wishes:
                job_id = _job_id(wake)
                delay = self._clock.real_delay(when) if when is not None else timedelta(0)
                # Rounded up: whoever is woken too early finds nothing to do, and is not woken again.
                places[job_id] = asked_at - (-delay // MILLISECOND)
                job = serialize_job(
                    wake.job.value, (wake.subject_id, wake.version), {}, None, asked_at,
                    serializer=serialize,
                )  # fmt: skip
                lasts_ms = places[job_id] - asked_at + self.redis.expires_extra_ms
                pipe.set(job_key_prefix + job_id, job, px=lasts_ms, nx=True)
            pipe.zadd(QUEUE, places, nx=True)
            await pipe.execute()

    @asynccontextmanager
    async def _patience(self, otherwise: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                yield
        except (RedisError, OSError, TimeoutError) as error:
            rest = REST_AFTER_FAILURE.total_seconds()
            self._rest_until = asyncio.get_running_loop().time() + rest
            log.warning("%s: %s", otherwise, type(error).__name__)


def _job_id(wake: Wake) -> str:
    # A job that is running hides a second one of the same name: only what carries a version may be unique.
    return wake.key if wake.job in UNIQUE else f"{wake.key}:{secrets.token_hex(6)}"
