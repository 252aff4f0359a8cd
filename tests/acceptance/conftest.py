"""Acceptance: whole calls. All are played on SQLite; those that say so on PostgreSQL as well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callback.database import Database
from tests.acceptance.town import Town

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out PostgreSQL but for tests that are marked `both_databases`.

    What differs between the two is proven by the rings below this one; here the flows count.
    """
    left_out = [item for item in items if _on_postgres(item) and not _on_both(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _on_postgres(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    params = callspec.params if callspec is not None else {}
    return item.path.is_relative_to(HERE) and params.get("database_url") == "postgres"


def _on_both(item: pytest.Item) -> bool:
    return item.get_closest_marker("both_databases") is not None


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """A town on a database, without a line yet."""
    there = Town(database, tmp_path)
    try:
        yield there
    finally:
        await there.close()
