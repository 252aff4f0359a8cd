from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callback.database import Database
from tests.acceptance.town import Town


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on each kind of database, without a line yet."""
    there = Town(database, tmp_path)
    try:
        yield there
    finally:
        await there.close()
