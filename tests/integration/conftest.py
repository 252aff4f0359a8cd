"""An office on each kind of database."""

from __future__ import annotations

from pathlib import Path

import pytest

from callback.clock import ManualClock
from callback.database import Database
from tests.integration.office import Office


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    """An office without a line yet, on each kind of database."""
    return Office(database, clock, tmp_path)
