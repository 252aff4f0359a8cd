"""Calls of one line by the million, counted by quarter of an hour on PostgreSQL, with the plan of the query.

The baseline of the ratio is `SELECT count(*)` over the same rows, the least that any way of counting must read.
`python -m pytest -s -n 0 tests/benchmarks/bench_volumes.py`, with
CALLBACK_BENCH_CALLS=10000000 and `--timeout 3000` for ten million of them, which is the goal's number.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from callback.calls.volumes import count_volumes
from callback.database import Database
from callback.lines.line import Line
from callback.migrations import upgrade
from tests.conftest import _drop_postgres, _fresh_postgres
from tests.unit.builders import utc

CALLS = int(os.environ.get("CALLBACK_BENCH_CALLS", "1000000"))
FIRST, LAST = date(2024, 3, 1), date(2026, 2, 28)
SECONDS = ((LAST - FIRST) // timedelta(days=1) + 1) * 86_400
FILL = text(
    """
INSERT INTO call (id, call_sid, line_id, direction, source, language, priority, skills, is_repeat, status,
                  outcome, arrived_at, menu, wait_seconds, handle_seconds, redial)
SELECT md5(n::text), 'bench:' || n, 'line', 'inbound', 'bench', 'en', 0, '[]', false, 'ended',
       CASE WHEN n % 10 = 0 THEN 'abandoned' ELSE 'answered' END,
       timestamptz '2024-03-01 00:00+00' + make_interval(secs => (n::float8 / :calls) * :seconds),
       '{}', 20, CASE WHEN n % 10 = 0 THEN NULL ELSE 180 END, false
FROM generate_series(1, :calls) AS n
"""
)


@pytest.fixture
async def database(postgres_server: str) -> AsyncIterator[Database]:
    name = f"callback_bench_{uuid.uuid4().hex[:8]}"
    url = await _fresh_postgres(postgres_server, name)
    await asyncio.to_thread(upgrade, url)
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
        await _drop_postgres(postgres_server, name)


async def seconds_of(database: Database, statement: str) -> tuple[float, list[str]]:
    async with database.engine.connect() as connection:
        started = time.perf_counter()
        rows = (await connection.execute(text(statement))).all()
        return time.perf_counter() - started, [str(row[0]) for row in rows]


async def test_calls_are_counted_in_seconds(database: Database) -> None:
    async with database.transaction() as session:
        session.add(
            Line(
                id="line", name="Support", time_zone="UTC", country="US", created_at=utc(2026, 1, 1)
            )
        )
    async with database.engine.begin() as connection:
        await connection.execute(FILL, {"calls": CALLS, "seconds": SECONDS})
    await seconds_of(database, "SELECT 1")
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("VACUUM ANALYZE call"))
    baseline, _ = await seconds_of(database, "SELECT count(*) FROM call WHERE line_id = 'line'")
    async with database.reading() as session:
        started = time.perf_counter()
        volumes = await count_volumes(session, "line", ZoneInfo("UTC"), FIRST, LAST)
        took = time.perf_counter() - started
    assert abs(volumes.total - CALLS) <= 1
    _, plan = await seconds_of(
        database,
        "EXPLAIN (ANALYZE, BUFFERS)"
        " SELECT CAST(floor(date_part('epoch', arrived_at) / 900) AS BIGINT) AS quarter, count(*),"
        " count(handle_seconds), sum(handle_seconds) FROM call WHERE line_id = 'line'"
        " AND direction = 'inbound' AND NOT redial AND (outcome IS NULL OR outcome"
        " NOT IN ('turned_away', 'self_served'))"
        " GROUP BY quarter",
    )
    told = (
        f"\n{CALLS:,} calls into {len(volumes.starts):,} half-hours: {took:.1f} s;"
        f" count(*) {baseline:.1f} s; ratio {took / baseline:.1f}\n"
    )
    sys.stdout.write(told + "\n".join(plan) + "\n")
    assert took < 20 * max(CALLS / 10_000_000, baseline)
