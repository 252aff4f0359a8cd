"""From due to dialled: a burst and single callbacks beside bare arq; the decision; the sweep over a long past.

Workers, a telephone company that only takes the time, Redis and the database are processes of their own, or
servers; pacing is off. DISPATCH_BURST names other sizes than 1,000, such as 1000,10000.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from aiohttp import web
from sqlalchemy import text

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AgentStatus
from callback.arq_jobs import ArqJobs, connect, deserialize, serialize
from callback.clock import ManualClock, SystemClock
from callback.database import Database
from callback.demo.processes import environment
from callback.dialing.acd import Contact, ContactKind, FreeAgent, match
from callback.dialing.overdue import look
from callback.embedded_redis import EmbeddedRedis
from callback.ids import new_id
from callback.jobs import JobName, Wake
from callback.lines.line import Line, LineNumber
from callback.migrations import upgrade
from callback.promises.callback import Callback, CallbackKind
from callback.promises.lifecycle import CallbackStatus
from tests.benchmarks.bench_waiting import past_callbacks
from tests.benchmarks.callers import percentile
from tests.conftest import MONDAY_NINE
from tests.integration.office import Office

BURSTS = [int(size) for size in os.environ.get("DISPATCH_BURST", "1000").split(",")]
SINGLES = 40
MOST_SECONDS = 500.0
PAST = 1_000_000
ACCOUNT = "AC" + "1" * 32


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


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    embedded = EmbeddedRedis(tmp_path)
    try:
        yield embedded.join()
    finally:
        embedded.leave()


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
    await asyncio.sleep(6)  # until they have started
    try:
        yield
    finally:
        for process in running:
            process.kill()
            await process.wait()


async def owed(database: Database, due: list[datetime]) -> list[Callback]:
    """Write down a line, a free agent and a scheduled callback for each instant."""
    now = datetime.now(UTC)  # noqa: TID251 - the workers run on the machine's own time
    line = Line(
        id=new_id(now), name="Support", time_zone="UTC", country="US", created_at=now, window_minutes=15
    )  # fmt: skip
    callbacks = []
    async with database.transaction() as session:
        session.add(line)
        await session.flush()
        session.add(LineNumber(number="+14155550100", line_id=line.id))
        for number, at in enumerate(due):
            agent_id = new_id(now)
            session.add(
                Agent(
                    id=agent_id,
                    name=f"{number}",
                    endpoint=f"sip:{number}@127.0.0.1",
                    status=AgentStatus.AVAILABLE,
                    status_since=now,
                    created_at=now,
                )
            )
            callbacks.append(
                Callback(
                    id=new_id(now),
                    line_id=line.id,
                    phone_number=f"+1415{5550000 + number % 10000:07d}",
                    kind=CallbackKind.SCHEDULED,
                    status=CallbackStatus.SCHEDULED,
                    arrived_at=at,
                    requested_at=now,
                    promised_from=at,
                    promised_until=at + timedelta(minutes=15),
                    due_at=at,
                )
            )
            session.add(callbacks[-1])
            if number % 500 == 499:
                await session.flush()
        await session.flush()
        agents = (await session.exec(text("SELECT id FROM agent"))).all()  # type: ignore[call-overload]
        session.add_all([AgentLine(agent_id=row[0], line_id=line.id) for row in agents])
    return callbacks


def lateness(asked: list[float], due: list[datetime]) -> list[float]:
    """Return how late each call was asked for, in milliseconds; the n-th call answers the n-th due."""
    pairs = zip(sorted(asked), sorted(due), strict=False)
    return sorted((at - when.timestamp()) * 1000 for at, when in pairs)


def told(what: str, late: list[float]) -> str:
    p50, p95, p99 = (percentile(late, share) for share in (0.5, 0.95, 0.99))
    return f"{what}: p50 {p50:,.0f} p95 {p95:,.0f} p99 {p99:,.0f} last {max(late):,.0f} ms"


def instants(count: int, gap: float) -> list[datetime]:
    lead = 20 + count / 200  # to write everything down, and to start
    first = datetime.now(UTC) + timedelta(seconds=lead)  # noqa: TID251 - as above
    return [first + n * timedelta(seconds=gap) for n in range(count)]


async def ours(
    url: str, redis_url: str, folder: Path, due: list[datetime], workers: int
) -> list[float]:
    """Return how late our workers ask for the first call of each callback."""
    upgrade_done = asyncio.to_thread(upgrade, url)
    await upgrade_done
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
            for callback in callbacks:
                await jobs.wake_at(Wake(JobName.FALL_DUE, callback.id, 1), callback.due_at)
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
            await exchange.wait_for(len(due))
        await redis.aclose(close_connection_pool=True)
    return lateness(exchange.asked, due)


def test_bare_jobs_speak_the_same_language() -> None:
    assert deserialize(serialize({"a": 1})) == {"a": 1}


@pytest.mark.parametrize("size", BURSTS)
@pytest.mark.parametrize("workers", [1, 2])
async def test_a_burst_beside_bare_arq(
    database_url: str, redis_url: str, tmp_path: Path, size: int, workers: int
) -> None:
    baseline = await bare(redis_url, tmp_path, instants(size, 0), workers)
    late = await ours(database_url, redis_url, tmp_path, instants(size, 0), workers)
    kind = database_url.partition(":")[0]
    ratio = percentile(late, 0.99) / percentile(baseline, 0.99)
    print(told(f"\nburst of {size}, {workers} workers, bare arq", baseline))  # noqa: T201
    print(told(f"burst of {size}, {workers} workers, {kind}", late))  # noqa: T201
    print(f"ratio of p99: {ratio:.1f}")  # noqa: T201
    assert len(late) == size
    assert min(late) >= 0


async def test_single_callbacks_on_an_idle_system(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    baseline = await bare(redis_url, tmp_path, instants(SINGLES, 0.3), 1)
    late = await ours(database_url, redis_url, tmp_path, instants(SINGLES, 0.3), 1)
    print(told("\nsingle jobs of bare arq", baseline))  # noqa: T201
    print(told(f"single callbacks, {database_url.partition(':')[0]}", late))  # noqa: T201
    assert len(late) == SINGLES


def test_the_decision_with_2000_waiting_and_200_agents() -> None:
    draw = Random(1)
    lines = [f"line {n}" for n in range(10)]
    now = MONDAY_NINE
    contacts = [
        Contact(
            ContactKind.CALLBACK if n % 2 else ContactKind.CALL,
            f"{n}",
            draw.choice(lines),
            now - timedelta(seconds=draw.uniform(0, 3000)),
            priority=draw.choice([0, 0, 0, 5]),
            promised_until=now + timedelta(minutes=draw.uniform(0, 60)) if n % 2 else None,
        )
        for n in range(2000)
    ]
    agents = [
        FreeAgent(f"{n}", frozenset(draw.sample(lines, 3)), now - timedelta(seconds=n))
        for n in range(200)
    ]
    took = []
    for _ in range(15):
        began = time.process_time()
        matches = match(contacts, agents, now)
        took.append((time.process_time() - began) * 1000)
    print(f"\ndecision: median {sorted(took)[7]:.1f} ms, best {min(took):.1f} ms of processor time")  # noqa: T201
    assert len(matches) == 200


async def test_the_sweep_over_a_million_finished_callbacks(
    database_url: str, tmp_path: Path
) -> None:
    await asyncio.to_thread(upgrade, database_url)
    database = Database(database_url)
    office = Office(database, ManualClock(datetime.now(UTC)), tmp_path)  # noqa: TID251 - the past is seeded by it
    line = await office.line()
    empty = await sweeps(office)
    await past_callbacks(database, line, PAST)
    full = await sweeps(office)
    print(f"\n{database_url.partition(':')[0]}: a look of the sweep {empty:.2f} ms, with a million {full:.2f} ms")  # noqa: T201, E501 # fmt: skip
    await database.close()
    assert full < 20 * empty


async def sweeps(office: Office) -> float:
    took = []
    for _ in range(20):
        began = time.perf_counter()
        await look(office.runtime)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[10]
