"""The stage of the dispatch benchmarks: workers as processes, a telephone company that only takes the time."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from sqlalchemy import insert

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AgentStatus
from callback.arq_jobs import ArqJobs, connect
from callback.clock import SystemClock
from callback.database import Database
from callback.demo.processes import environment
from callback.ids import new_id
from callback.jobs import JobName, Wake
from callback.lines.line import Line, LineNumber
from callback.migrations import upgrade
from callback.promises.callback import Callback, CallbackKind
from callback.promises.lifecycle import CallbackStatus
from tests.benchmarks.callers import percentile

MOST_SECONDS = 500.0
START_SECONDS = 8.0
ACCOUNT = "AC" + "1" * 32
ENQUEUED_AT_ONCE = 40


class Exchange:
    """A telephone company that writes down when it was asked for a call, and does nothing about it."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.port = 0
        self._came = asyncio.Event()

    async def _take(self, request: web.Request) -> web.Response:
        self.asked.append(time.time())  # noqa: TID251 - compared with another process's instant
        self._came.set()
        await request.read()
        return web.json_response({"sid": f"CA{len(self.asked):032x}"}, status=201)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Exchange]:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def wait_for(self, count: int) -> None:
        """Wait until so many calls were asked for.

        Raises:
            TimeoutError: they were not, within the most that a run may take.

        """
        async with asyncio.timeout(MOST_SECONDS):
            while len(self.asked) < count:
                self._came.clear()
                await self._came.wait()


@contextlib.asynccontextmanager
async def processes(
    count: int, command: list[str], settings: dict[str, str], folder: Path
) -> AsyncIterator[None]:
    """Run so many workers, and kill them afterwards."""
    running = []
    for number in range(count):
        with (folder / f"worker{number}.log").open("ab") as log:
            running.append(
                await asyncio.create_subprocess_exec(
                    sys.executable, *command, env=environment(settings), stdout=log, stderr=log
                )
            )
    try:
        await asyncio.sleep(START_SECONDS)
        yield
    finally:
        for process in running:
            process.kill()
            await process.wait()


async def owed(database: Database, due: list[datetime]) -> list[Callback]:
    """Write down a line, a free agent and a scheduled callback for each instant."""
    at = now()
    line = Line(
        id=new_id(at), name="Support", time_zone="UTC", country="US", created_at=at, window_minutes=15
    )  # fmt: skip
    agents = [
        Agent(
            id=new_id(at),
            name=f"{number}",
            endpoint=f"sip:{number}@127.0.0.1",
            status=AgentStatus.AVAILABLE,
            status_since=at,
            created_at=at,
        )
        for number in range(len(due))
    ]
    callbacks = [
        Callback(
            id=new_id(at),
            line_id=line.id,
            phone_number=f"+1415{5550000 + number % 10000:07d}",
            kind=CallbackKind.SCHEDULED,
            status=CallbackStatus.SCHEDULED,
            arrived_at=when,
            requested_at=at,
            promised_from=when,
            promised_until=when + timedelta(minutes=15),
            due_at=when,
        )
        for number, when in enumerate(due)
    ]
    serves = [{"agent_id": agent.id, "line_id": line.id} for agent in agents]
    async with database.transaction() as session:
        session.add(line)
        await session.flush()
        session.add(LineNumber(number="+14155550100", line_id=line.id))
        session.add_all([*agents, *callbacks])
        await session.flush()
        connection = await session.connection()
        await connection.execute(insert(AgentLine), serves)
    return callbacks


def lateness(asked: list[float], due: list[datetime]) -> list[float]:
    """Return how late each call was asked for, in milliseconds; the n-th call answers the n-th due."""
    pairs = zip(sorted(asked), sorted(due), strict=False)
    return sorted((at - when.timestamp()) * 1000 for at, when in pairs)


def told(what: str, late: list[float]) -> str:
    p50, p95, p99 = (percentile(late, share) for share in (0.5, 0.95, 0.99))
    return f"{what}: p50 {p50:,.0f} p95 {p95:,.0f} p99 {p99:,.0f} last {max(late):,.0f} ms"


def instants(count: int, gap: float) -> list[datetime]:
    """Return when they are due: late enough to write everything down before, and to start the workers."""
    first = now() + timedelta(seconds=25 + count / 100)
    return [first + n * timedelta(seconds=gap) for n in range(count)]


def now() -> datetime:
    """Return the machine's own time, on which the workers run."""
    return datetime.now(UTC)  # noqa: TID251 - as said


class TooSlowToStart(Exception):
    """The first was due before everything was in its place: the figures would say nothing."""


def check_ready(due: list[datetime]) -> None:
    """Raise unless everything is in its place before the first is due."""
    if now() >= min(due):
        raise TooSlowToStart(f"ready {now() - min(due)} after the first was due")


async def ours(
    url: str, redis_url: str, folder: Path, due: list[datetime], workers: int
) -> list[float]:
    """Return how late our workers ask for the first call of each callback."""
    await asyncio.to_thread(upgrade, url)
    database = Database(url)
    async with Exchange().open() as exchange:
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(folder),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": "bench",
            "TWILIO_API_BASE_URL": f"http://127.0.0.1:{exchange.port}",
            "TWILIO_CALLS_PER_SECOND": "0",
            "LOG_LEVEL": "ERROR",
        }
        jobs = ArqJobs(connect(redis_url, patient=True), SystemClock())
        await jobs.redis.flushall()
        callbacks = await owed(database, due)
        async with processes(workers, ["-m", "workers"], settings, folder):
            wakes = [(Wake(JobName.FALL_DUE, each.id, 1), each.due_at) for each in callbacks]
            for start in range(0, len(wakes), ENQUEUED_AT_ONCE):
                await jobs.wake_all(wakes[start : start + ENQUEUED_AT_ONCE])
            check_ready(due)
            await exchange.wait_for(len(due))
        await jobs.close()
    await database.close()
    return lateness(exchange.asked, due)


async def bare(redis_url: str, folder: Path, due: list[datetime], workers: int) -> list[float]:
    """Return how late bare arq makes the same request."""
    async with Exchange().open() as exchange:
        settings = {"CALLS_URL": f"http://127.0.0.1:{exchange.port}/Calls.json"}
        redis = connect(redis_url, patient=True)
        await redis.flushall()
        command = ["-m", "tests.benchmarks.bare_worker", redis_url]
        async with processes(workers, command, settings, folder):
            for number, at in enumerate(due):
                await redis.enqueue_job(
                    "call", f"+1415{number:07d}", _queue_name="bare:jobs", _defer_until=at
                )
            check_ready(due)
            await exchange.wait_for(len(due))
        await redis.aclose(close_connection_pool=True)
    return lateness(exchange.asked, due)
