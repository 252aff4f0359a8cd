"""Callers' pages served to a real browser, on a database of their own and a clock that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from callback.clock import ManualClock
from callback.database import Database
from callback.tables import METADATA
from tests.integration.office import Office
from tests.ports import free_port
from webhooks.app import create_app

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)  # in Los Angeles


@asynccontextmanager
async def caller_site(tmp_path: Path) -> AsyncIterator[tuple[Office, str]]:
    """Give an office whose pages are served, and the address at which."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    database = Database(f"sqlite:///{tmp_path / 'callback.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    office = Office(
        database,
        ManualClock(NOON),
        tmp_path,
        secret_key="a secret for tests",
        public_base_url=address,
    )
    config = uvicorn.Config(
        create_app(office.runtime), host="127.0.0.1", port=port, log_level="warning", ws="none"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0.01)
        yield office, address
    finally:
        server.should_exit = True
        await serving
        await database.close()
