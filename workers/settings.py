"""The worker process, put together: arq for wake-ups, and a sweep that would do without."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
from datetime import timedelta
from typing import Any

from arq import func
from arq.worker import Worker
from redis.exceptions import RedisError

from callback.arq_jobs import QUEUE, ArqJobs, deserialize, serialize
from callback.clock import ScaledClock
from callback.dialing.recovery import sweep
from callback.office import open_office, set_up_logging
from callback.runtime import Runtime
from callback.settings import Settings
from workers.dispatcher import Dispatcher
from workers.jobs import JOBS
from workers.schedule import cron_jobs

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
HURRIED_POLL_SECONDS = 0.02
SWEEP_EVERY = timedelta(seconds=1)
SHORTEST_REAL_PAUSE = timedelta(milliseconds=500)
JOB_SECONDS = 15
AGAIN_SECONDS = 2.0


def make_worker(runtime: Runtime, *, burst: bool = False) -> Worker:
    """Return arq's worker over `runtime`.

    No job is tried twice by arq: a job that did not end well is found by the sweep, which asks first.
    """
    if not isinstance(runtime.jobs, ArqJobs):
        raise TypeError("arq's worker needs arq's jobs")
    hurried = isinstance(runtime.clock, ScaledClock)
    context: dict[str, Any] = {"runtime": runtime, "dispatcher": Dispatcher(runtime)}
    return Worker(
        functions=[func(job, name=name.value) for name, job in JOBS.items()],
        cron_jobs=cron_jobs(hurried=hurried),
        redis_pool=runtime.jobs.redis,
        queue_name=QUEUE,
        ctx=context,
        burst=burst,
        poll_delay=0 if burst else HURRIED_POLL_SECONDS if hurried else POLL_SECONDS,
        max_jobs=20,
        queue_read_limit=500,
        job_timeout=JOB_SECONDS,
        max_tries=1,
        keep_result=0,
        job_completion_wait=20,
        health_check_interval=10,
        log_results=False,
        allow_abort_jobs=True,
        handle_signals=False,
        job_serializer=serialize,
        job_deserializer=deserialize,
    )


async def keep_sweeping(runtime: Runtime) -> None:
    """Sweep the database about once a second, for ever; a failed sweep is followed by the next."""
    while True:
        jitter = 0.75 + 0.5 * secrets.randbelow(1000) / 1000
        pause = SWEEP_EVERY * jitter
        real = runtime.clock.real_delay(runtime.clock.now() + pause)
        if real < SHORTEST_REAL_PAUSE:
            await asyncio.sleep(SHORTEST_REAL_PAUSE.total_seconds())
        else:
            await runtime.clock.sleep(pause)
        try:
            await sweep(runtime)
        except Exception:
            log.exception("a sweep failed; the next one follows")


async def run(settings: Settings) -> None:
    """Work until told to stop; then finish what is in hand."""
    set_up_logging(settings.log_level, settings.secret_key.get_secret_value())
    logging.getLogger("arq").setLevel(logging.WARNING)
    async with open_office(settings, patient=True) as runtime:
        sweeping = asyncio.create_task(keep_sweeping(runtime))
        try:
            await listen(runtime)
        finally:
            sweeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sweeping


async def listen(runtime: Runtime) -> None:
    """Take jobs from arq until SIGTERM or SIGINT; when Redis fails for good, begin anew."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    while not stopping.is_set():
        worker = make_worker(runtime)

        def stop(number: signal.Signals, worker: Worker = worker) -> None:
            stopping.set()
            worker.handle_sig_wait_for_completion(number)

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop, number)
        try:
            await worker.async_run()
        except asyncio.CancelledError:
            if not stopping.is_set():
                raise
        except (RedisError, OSError) as error:
            log.error("Redis does not answer (%s); the sweep goes on alone", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), AGAIN_SECONDS)
