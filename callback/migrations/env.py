"""Alembic's environment: our engine, our metadata, one upgrade at a time."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from callback.database import Database
from callback.tables import METADATA

UPGRADE_LOCK = 0x43616C6C


def _run(connection: Connection) -> None:
    # SQLite's transactions begin with the write lock already; PostgreSQL is asked for one by number.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


async def _upgrade() -> None:
    database = Database(context.config.attributes["database_url"])
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_run)
    finally:
        await database.close()


asyncio.run(_upgrade())
