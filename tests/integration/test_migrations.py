"""The migrations and the tables tell the same story."""

from __future__ import annotations

import asyncio
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from callback.database import Database
from callback.migrations import upgrade
from callback.tables import METADATA


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


async def test_upgrading_an_empty_database_gives_exactly_the_tables(database_url: str) -> None:
    await asyncio.to_thread(upgrade, database_url)
    database = Database(database_url)
    try:
        async with database.engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
    finally:
        await database.close()


async def test_two_processes_may_upgrade_at_once(database_url: str) -> None:
    program = "import sys; from callback.migrations import upgrade; upgrade(sys.argv[1])"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, database_url)
        for _ in range(2)
    ]
    assert [await process.wait() for process in processes] == [0, 0]
    database = Database(database_url)
    try:
        async with database.engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
    finally:
        await database.close()
