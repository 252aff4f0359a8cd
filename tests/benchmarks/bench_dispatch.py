"""From due to dialled: bursts and single callbacks beside bare arq; the decision; a long past.

Workers, a telephone company that only takes the time, Redis and the database are processes of their own, or
servers; pacing is off. Each point can be had alone, as in `make bench ARGS='-k "burst and sqlite and 1_worker
and 1000_due"'`. DISPATCH_BURST names the sizes of bursts (1000,10000), DISPATCH_SINGLES how many single
callbacks there are, DISPATCH_PAST how many are finished.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from callback.agents.presence import AgentStatus
from callback.arq_jobs import deserialize, serialize
from callback.clock import ManualClock, SystemClock
from callback.database import Database
from callback.dialing.acd import match
from callback.dialing.contact import Contact, ContactKind, FreeAgent
from callback.dialing.dispatching import NEXT_ROUND, serve_who_waits
from callback.dialing.overdue import look
from callback.embedded_redis import EmbeddedRedis
from callback.jobs import JobName, Wake
from callback.lines.line import Line
from callback.migrations import upgrade
from tests.benchmarks.bench_waiting import past_callbacks
from tests.benchmarks.callers import percentile
from tests.benchmarks.dispatch_stage import bare, instants, now, ours, owed, told
from tests.benchmarks.past_dialings import past_dialings
from tests.conftest import MONDAY_NINE
from tests.integration.office import Office
from workers.at_hand import AtHand

BURSTS = [int(size) for size in os.environ.get("DISPATCH_BURST", "1000").split(",")]
SINGLES = int(os.environ.get("DISPATCH_SINGLES", "100"))
PAST = int(os.environ.get("DISPATCH_PAST", "1000000"))


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    embedded = EmbeddedRedis(tmp_path)
    try:
        yield embedded.join()
    finally:
        embedded.leave()


def test_bare_jobs_speak_the_same_language() -> None:
    assert deserialize(serialize({"a": 1})) == {"a": 1}


@pytest.mark.parametrize("size", BURSTS, ids="{}_due".format)
@pytest.mark.parametrize("workers", [1, 2], ids=["1_worker", "2_workers"])
async def test_a_burst_beside_bare_arq(
    database_url: str, redis_url: str, tmp_path: Path, size: int, workers: int
) -> None:
    baseline = await bare(redis_url, tmp_path, instants(size, 0), workers)
    late = await ours(database_url, redis_url, tmp_path, instants(size, 0), workers)
    kind = database_url.partition(":")[0]
    ratio = percentile(late, 0.99) / percentile(baseline, 0.99)
    print(told(f"\nburst of {size}, {workers} workers, bare arq", baseline))  # noqa: T201
    print(told(f"burst of {size}, {workers} workers, {kind}", late))  # noqa: T201
    print(f"ratio of p99: {ratio:.2f}; load {os.getloadavg()[0]:.0f}")  # noqa: T201
    assert len(late) == size
    assert min(late) >= 0


async def test_single_callbacks_on_an_idle_system(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    baseline = await bare(redis_url, tmp_path, instants(SINGLES, 0.3), 1)
    late = await ours(database_url, redis_url, tmp_path, instants(SINGLES, 0.3), 1)
    print(told("\nsingle jobs of bare arq", baseline))  # noqa: T201
    print(told(f"single callbacks, {database_url.partition(':')[0]}", late))  # noqa: T201
    print(f"load {os.getloadavg()[0]:.0f}")  # noqa: T201
    assert len(late) == SINGLES


async def test_what_a_burst_costs_in_one_process(database_url: str, tmp_path: Path) -> None:
    """Transactions, statements and processor time by callback; the telephone company answers at once."""
    size = BURSTS[0]
    await asyncio.to_thread(upgrade, database_url)
    database = Database(database_url)
    # Nothing here moves the clock.
    clock: Any = SystemClock()
    office = Office(database, clock, tmp_path, twilio_calls_per_second=0)
    callbacks = await owed(database, [now()] * size)
    at_hand = AtHand(office.runtime)
    seen: Counter[str] = Counter()
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *_: seen.update(["statements"]))
    event.listen(engine, "commit", lambda _: seen.update(["commits"]))
    began = time.process_time()
    await at_hand.falling_due.fall_due(callbacks[0].id, 1)
    await at_hand.rest()
    next_round = (Wake(JobName.DISPATCH, NEXT_ROUND), None)
    while next_round in office.jobs.wishes:
        # No other worker is there to play it.
        office.jobs.wishes.clear()
        await at_hand.dispatcher.dispatch()
        await at_hand.rest()
    took = (time.process_time() - began) * 1000 / size
    print(  # noqa: T201
        f"\n{database_url.partition(':')[0]}: {seen['commits'] / size:.3f} transactions,"
        f" {seen['statements'] / size:.2f} statements, {took:.2f} ms of processor time by callback"
    )
    await database.close()
    assert len(office.telephony.orders) == size
    assert seen["commits"] < size / 4


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


async def test_a_look_and_a_dispatch_over_a_million_finished_callbacks(
    database_url: str, tmp_path: Path
) -> None:
    await asyncio.to_thread(upgrade, database_url)
    database = Database(database_url)
    office = Office(database, ManualClock(now()), tmp_path)
    line = await office.line()
    agent = await office.agent(line, status=AgentStatus.AWAY)
    empty = await looks(office), await dispatches(office, line, 100)
    await past_callbacks(database, line, PAST)
    await past_dialings(database, line, agent, PAST, now() - timedelta(days=30))
    full = await looks(office), await dispatches(office, line, 200)
    kind = database_url.partition(":")[0]
    for what, before, after in zip(("a look", "a dispatch of one"), empty, full, strict=True):
        print(f"\n{kind}: {what} {before:.1f} ms, with {PAST:,} finished {after:.1f} ms")  # noqa: T201
    print(f"load {os.getloadavg()[0]:.0f}")  # noqa: T201
    await database.close()
    assert full[0] < 20 * empty[0]
    assert full[1] < 20 * empty[1]


async def dispatches(office: Office, line: Line, number: int) -> float:
    """Return the median of what a dispatch of one callback takes, in milliseconds."""
    took = []
    for each in range(number, number + 9):
        await office.agent(line, each)
        await office.owed(line, each)
        began = time.perf_counter()
        assert await serve_who_waits(office.runtime) == 1
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[4]


async def looks(office: Office) -> float:
    """Return the median of what a look of the sweep takes, in milliseconds."""
    took = []
    for _ in range(20):
        began = time.perf_counter()
        await look(office.runtime)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[10]
