"""The worker process, put together: arq for wake-ups, and a sweep that would do without."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal

from arq import func
from arq.worker import Worker
from redis.exceptions import RedisError

from callback.arq_jobs import QUEUE, ArqJobs, deserialize, serialize
from callback.clock import ScaledClock
from callback.office import open_office, set_up_logging
from callback.settings import Settings
from workers.at_hand import AtHand
from workers.jobs import JOBS
from workers.schedule import cron_jobs
from workers.sweeper import FINISH_SECONDS, Sweeper

log = logging.getLogger(__name__)

POLL_SECONDS = 0.05
HURRIED_POLL_SECONDS = 0.02
JOB_SECONDS = 15
AGAIN_SECONDS = 2.0
COLLECT_AFTER = (20_000, 20, 50)
"""Of each generation of objects; Python's own figures are for programs with a small heap."""


def make_worker(at_hand: AtHand, *, burst: bool = False) -> Worker:
    """Return arq's worker, which shares what is at hand in this process.

    No job is tried twice by arq: a job that did not end well is found by the sweep, which asks first.
    """
    if not isinstance(at_hand.queue, ArqJobs):
        raise TypeError("arq's worker needs arq's jobs")
    hurried = isinstance(at_hand.runtime.clock, ScaledClock)
    return Worker(
        functions=[func(job, name=name.value) for name, job in JOBS.items()],
        cron_jobs=cron_jobs(hurried=hurried),
        redis_pool=at_hand.queue.redis,
        queue_name=QUEUE,
        ctx=at_hand.context,
        burst=burst,
        poll_delay=0 if burst else HURRIED_POLL_SECONDS if hurried else POLL_SECONDS,
        max_jobs=20,
        queue_read_limit=500,
        job_timeout=JOB_SECONDS,
        max_tries=1,
        keep_result=0,
        health_check_interval=10,
        log_results=False,
        allow_abort_jobs=True,
        handle_signals=False,
        job_serializer=serialize,
        job_deserializer=deserialize,
    )


async def run(settings: Settings) -> None:
    """Work until told to stop; then finish what is in hand."""
    set_up_logging(settings.log_level, settings.secret_key.get_secret_value())
    logging.getLogger("arq").setLevel(logging.WARNING)
    async with open_office(settings, patient=True) as runtime:
        spare_the_collector()
        at_hand = AtHand(runtime)
        sweeper = Sweeper(at_hand.runtime)
        sweeper.start()
        try:
            await listen(at_hand)
        finally:
            await sweeper.stop()


def spare_the_collector() -> None:
    """Let garbage collection pass over what is here to stay, and wait for more: a burst makes much at once."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def listen(at_hand: AtHand) -> None:
    """Take jobs from arq until SIGTERM or SIGINT; when Redis fails for good, begin anew."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    while not stopping.is_set():
        worker = make_worker(at_hand)
        try:
            await _work_until(stopping, worker, at_hand)
        except (RedisError, OSError) as error:
            log.error("Redis does not answer (%s); the sweep goes on alone", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), AGAIN_SECONDS)
    await at_hand.finish(FINISH_SECONDS)


async def _work_until(stopping: asyncio.Event, worker: Worker, at_hand: AtHand) -> None:
    """Run a worker; once told to stop, take nothing new and finish what is in hand.

    arq's own way to stop cancels its loop once, and redis-py may swallow that while it connects; here it is
    asked until it has gone.
    """
    working = asyncio.create_task(worker.async_run())
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            worker.allow_pick_jobs = False
            await at_hand.finish(FINISH_SECONDS, worker.tasks.values())
    finally:
        told.cancel()
        while not working.done():
            working.cancel()
            await asyncio.wait({working}, timeout=1)
    if not working.cancelled():
        await working
