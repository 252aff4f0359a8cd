"""Waiting callers over HTTP: the wait route and the booking step beside a route that only checks a signature.

One uvicorn process serves all three, and a client in this process posts signed forms over kept connections.
The figures to report are the ratios: that of the rates, which wants a quiet machine, and that of the server's
processor time, which does not. `docs/benchmarks.md` says how they came about.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import pytest
from sqlalchemy import Integer, String, cast, column, literal, select, text

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AgentStatus
from callback.database import Database
from callback.ids import new_id
from callback.lines.line import Line, LineNumber
from callback.migrations import upgrade
from callback.promises.callback import Callback, CallbackKind
from callback.promises.lifecycle import CallbackStatus
from tests.benchmarks.callers import Company, Post, percentile

TOKEN = "benchmark" * 4
CALLED = "+14155550100"
WAITING_CALLERS = 300
BOOKERS = 300
REQUESTS = 2000
PER_SECOND = 100
ROUNDS = 3
PAST_CALLBACKS = 1_000_000
NOW = datetime.now(UTC)  # noqa: TID251 - the server under test runs on the machine's own time


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def a_line(database: Database) -> Line:
    """Write down a line with more callers than agents, so that there is something to offer."""
    line = Line(
        id=new_id(NOW),
        name="Support",
        time_zone="UTC",
        country="US",
        offer_after_seconds=0,
        callbacks_per_window=100_000,
        created_at=NOW,
    )
    async with database.transaction() as session:
        session.add(line)
        await session.flush()
        session.add(LineNumber(number=CALLED, line_id=line.id))
        for number in range(20):
            agent = Agent(
                id=f"agent{number}",
                name=f"Agent {number}",
                endpoint=f"+1415555{number:04d}",
                status=AgentStatus.WRAP_UP,
                status_since=NOW,
                wrap_up_until=NOW + timedelta(days=1),
                created_at=NOW,
            )
            session.add(agent)
            await session.flush()
            session.add(AgentLine(agent_id=agent.id, line_id=line.id))
    return line


async def past_callbacks(database: Database, line: Line, count: int) -> None:
    """Write down `count` callbacks that ended long ago, without a Python loop over them."""
    numbers = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n"
        if database.is_sqlite
        else f"SELECT generate_series(1, {count}) AS i"
    )
    series = text(numbers).columns(column("i", Integer)).subquery()
    long_ago = NOW - timedelta(days=30)
    one = Callback(
        id="",
        line_id=line.id,
        phone_number="",
        kind=CallbackKind.SCHEDULED,
        status=CallbackStatus.COMPLETED,
        arrived_at=long_ago,
        requested_at=long_ago,
        promised_from=long_ago,
        promised_until=long_ago,
        due_at=long_ago,
        promise_kept=True,
        attempt_count=1,
    )
    table = Callback.__table__  # type: ignore[attr-defined]
    values = {name: literal(value, table.c[name].type) for name, value in dict(one).items()}
    values["id"] = literal("past-") + cast(series.c.i, String)
    values["phone_number"] = literal("+1212555") + cast(series.c.i, String)
    insert = table.insert().from_select(list(values), select(*values.values()).select_from(series))
    async with database.engine.begin() as connection:
        await connection.execute(insert)
    await know_the_tables(database)


async def know_the_tables(database: Database) -> None:
    """Let PostgreSQL look at its tables, as its own housekeeping does; on SQLite nobody would."""
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            await connection.execute(text("ANALYZE"))
            await connection.commit()


@asynccontextmanager
async def served(database_url: str, folder: Path) -> AsyncIterator[Company]:
    """Run the web process, ready to answer, and give a company that sends it calls."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "SECRET_KEY": "benchmark",
    }
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "tests.benchmarks.waiting_server:create",
    ]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    server = subprocess.Popen(command, env=environment)  # noqa: ASYNC220 - only started, not waited for
    try:
        await _listening(port)
        yield Company("127.0.0.1", port, TOKEN, CALLED)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


async def _listening(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.05)
    raise TimeoutError("the server did not start")


async def queue_up(company: Company, numbers: Iterator[int]) -> None:
    """Let callers arrive and hear their first announcement."""
    chosen = list(numbers)
    arriving = [company.post("/twilio/voice/incoming", company.form(n)) for n in chosen]
    await company.send_all(arriving)
    await company.send_all(
        [company.post("/twilio/voice/waiting", company.queued(n)) for n in chosen]
    )


@dataclass(frozen=True)
class Pace:
    """How fast a route answers: requests a second, and processor time of the server for each."""

    per_second: float
    milliseconds: float

    def beside(self, bare: Pace) -> str:
        return (
            f"{self.per_second:.0f}/s beside {bare.per_second:.0f}/s bare:"
            f" {self.per_second / bare.per_second:.0%}; {self.milliseconds:.2f} ms of processor beside"
            f" {bare.milliseconds:.2f} ms: {bare.milliseconds / self.milliseconds:.0%}"
        )


async def processor_seconds(company: Company) -> float:
    [(_, told)] = await company.send_all([company.post("/processor", {})], connections=1)
    return float(told)


async def pace(company: Company, posts: Sequence[Post], promised: bytes = b"") -> Pace:
    """Send everything as fast as it goes; every answer must hold what is `promised`."""
    before, began = await processor_seconds(company), time.perf_counter()
    answers = await company.send_all(posts)
    seconds = time.perf_counter() - began
    spent = await processor_seconds(company) - before
    kept = sum(promised in body for _, body in answers)
    assert kept == len(posts), f"{kept} of {len(posts)} heard what they should"
    return Pace(len(posts) / seconds, spent / len(posts) * 1000)


def median(paces: Sequence[Pace]) -> Pace:
    return Pace(
        statistics.median(each.per_second for each in paces),
        statistics.median(each.milliseconds for each in paces),
    )


def told(seconds: Sequence[float]) -> str:
    p50, p99 = percentile(seconds, 0.5) * 1000, percentile(seconds, 0.99) * 1000
    return f"at {PER_SECOND}/s p50 {p50:.1f} ms, p99 {p99:.1f} ms"


async def wait_ratio(company: Company, kind: str, past: int) -> None:
    """Print the rate of the wait route beside the bare one, and its latencies at 100 requests a second."""
    waits = [
        company.post("/twilio/voice/waiting", company.queued(n)) for n in range(WAITING_CALLERS)
    ]
    bare = [company.post("/bare", company.queued(n)) for n in range(WAITING_CALLERS)]
    ours, baseline = [], []
    for _ in range(ROUNDS):
        baseline.append(await pace(company, list(islice(cycle(bare), REQUESTS))))
        ours.append(await pace(company, list(islice(cycle(waits), REQUESTS))))
    seconds = await company.paced(list(islice(cycle(waits), 500)), per_second=PER_SECOND)
    sys.stdout.write(
        f"\nwait route, {kind}, {past:,} past callbacks:"
        f" {median(ours).beside(median(baseline))}; {told(seconds)}\n"
    )


async def confirming(company: Company, first: int) -> list[Post]:
    """Lead callers through the menu until one key is left to press; return that key."""
    chosen = range(first, first + BOOKERS)
    await queue_up(company, iter(chosen))
    await company.send_all(
        [company.post("/twilio/voice/menu/offer", company.form(n, Digits="1")) for n in chosen]
    )
    return [company.post("/twilio/voice/menu/number", company.form(n, Digits="1")) for n in chosen]


async def booking_ratio(company: Company, kind: str, past: int, first: int) -> None:
    """Print the rate at which promises are written down, and the latencies, as for the wait route."""
    bare = [company.post("/bare", company.form(n)) for n in range(BOOKERS)]
    ours, baseline = [], []
    for number in range(ROUNDS):
        confirmed = await confirming(company, first + number * BOOKERS)
        baseline.append(await pace(company, bare))
        ours.append(await pace(company, confirmed, b"<Leave"))
    confirmed = await confirming(company, first + ROUNDS * BOOKERS)
    seconds = await company.paced(confirmed, per_second=PER_SECOND)
    sys.stdout.write(
        f"booking, {kind}, {past:,} past callbacks:"
        f" {median(ours).beside(median(baseline))}; {told(seconds)}\n"
    )


@pytest.mark.timeout(600)
async def test_waiting_and_booking(database_url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(upgrade, database_url)
    database = Database(database_url)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    line = await a_line(database)
    async with served(database_url, tmp_path) as company:
        await queue_up(company, iter(range(WAITING_CALLERS)))
        await wait_ratio(company, kind, 0)
        await booking_ratio(company, kind, 0, 1000)
        await past_callbacks(database, line, PAST_CALLBACKS)
        await wait_ratio(company, kind, PAST_CALLBACKS)
        await booking_ratio(company, kind, PAST_CALLBACKS, 5000)
    await database.close()
