"""The web process with a signing Twilio in front of it, on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callback.clock import ManualClock
from callback.database import Database
from callback.tables import METADATA
from tests.integration.office import Office
from tests.webhooks.twilio import Twilio


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """What is heard does not depend on the kind of database: the quicker one will do."""
    database = Database(f"sqlite:///{tmp_path / 'callback.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path)


@pytest.fixture
async def twilio(office: Office) -> AsyncIterator[Twilio]:
    async with Twilio(office.runtime) as there:
        yield there
