"""One writer at a time, in turn: SQLite's write lock made fair.

SQLite lets those who wait for its write lock sleep and look again, up to a tenth of a second later. Under
load somebody else is always there first, and some starve. Here tasks of a process queue in an
`asyncio.Lock`, and processes in the kernel's own queue for a lock on a file beside the database.
"""

from __future__ import annotations

import asyncio
import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO


class WriterQueue:
    """An asynchronous context manager that is held by one task of one process on this machine."""

    def __init__(self, lock_file: Path) -> None:
        self._path = lock_file
        self._file: IO[str] | None = None
        self._tasks = asyncio.Lock()
        self._waiting = ThreadPoolExecutor(1, thread_name_prefix="writer-queue")

    async def __aenter__(self) -> None:
        """Wait for the turn."""
        await self._tasks.acquire()
        try:
            await self._lock()
        except BaseException:
            self._tasks.release()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the next one in."""
        self._unlock()
        self._tasks.release()

    def close(self) -> None:
        """Let go of the file."""
        self._waiting.shutdown(wait=False)
        if self._file is not None:
            self._file.close()
            self._file = None

    async def _lock(self) -> None:
        if self._file is None:
            self._file = self._path.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return
        loop = asyncio.get_running_loop()
        turn = loop.run_in_executor(self._waiting, fcntl.flock, self._file, fcntl.LOCK_EX)
        try:
            await asyncio.shield(turn)
        except asyncio.CancelledError:
            # The thread cannot be called back; once it has the lock, nobody is there to use it.
            turn.add_done_callback(lambda _: self._unlock())
            raise

    def _unlock(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
