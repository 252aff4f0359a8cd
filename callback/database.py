"""The database: engine, transactions, and what SQLite and PostgreSQL must be told.

Everything else writes through `Database.transaction()`, which commits when its block ends well and rolls
back otherwise; nothing but this file commits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.errors import SetupError
from callback.writer_queue import WriterQueue

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def async_url(database_url: str) -> URL:
    """Return the URL with the asynchronous driver that we use for its kind of database.

    Raises:
        SetupError: it is neither SQLite nor PostgreSQL, or no URL at all.

    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError) as error:
        raise SetupError("DATABASE_URL is not a URL such as sqlite:///var/callback.db") from error
    kind = url.get_backend_name()
    if kind == "sqlite":
        return url.set(drivername="sqlite+aiosqlite")
    if kind in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+asyncpg")
    raise SetupError(f"DATABASE_URL must begin with sqlite: or postgresql:, not {kind}:")


def _tell_sqlite(dbapi_connection: Any, _record: object) -> None:
    # The driver must not open transactions behind our back: _begin below does, and says which kind.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another writer came between,
    # whatever the busy timeout; a writer therefore takes its place in line at the beginning.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _make_sure_of(file: Path) -> None:
    # A file that cannot be opened is found out here, because the driver's thread would rather complain itself.
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.open("ab").close()
    except OSError as error:
        raise SetupError(f"DATABASE_URL: {file} cannot be written ({error.strerror})") from error


def _writer_queue(url: URL) -> WriterQueue | None:
    if not url.database or url.database == ":memory:":
        return None
    return WriterQueue(Path(f"{url.database}-writers"))


class Database:
    """One engine, and the two ways to use it."""

    def __init__(self, database_url: str) -> None:
        url = async_url(database_url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if url.database and url.database != ":memory:":
                _make_sure_of(Path(url.database))
            self.engine: AsyncEngine = create_async_engine(url)
            event.listen(self.engine.sync_engine, "connect", _tell_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin)
        else:
            self.engine = create_async_engine(url, pool_pre_ping=True, pool_size=10)
        self._writers = _writer_queue(url) if self.is_sqlite else None
        self._reader = self.engine.execution_options(reading=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Give a session whose work is committed when the block ends, and undone if it raises.

        Not to be nested: on SQLite the inner one would wait for the outer.
        """
        async with (
            self._writers or nullcontext(),
            AsyncSession(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Give a session for reading; it takes no write lock, and nothing done in it is kept."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    async def close(self) -> None:
        """Let go of all connections."""
        await self.engine.dispose()
        if self._writers is not None:
            self._writers.close()
