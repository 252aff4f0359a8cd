"""The parts of an installation as real processes that can be killed, frozen and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from callback.demo.processes import environment, tail

READY_WITHIN_SECONDS = 180.0
ENDS_WITHIN_SECONDS = 40.0
RAISED_AFTER_SECONDS = 0.3


class Part:
    """A process with its command, its log and a way to see that it is ready.

    One that ends by itself, as a worker does that finds no database when it starts, is started again, as
    any supervisor of processes would; `ended_itself` counts that.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        settings: dict[str, str],
        folder: Path,
        ready: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.ended_itself = 0
        self._command, self._settings, self._folder, self._ready = command, settings, folder, ready
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._starts = 0

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start, and return when it is ready; `{life}` in the command is the number of the start."""
        await self._spawn()
        self._watch = asyncio.create_task(self._keep())
        loop = asyncio.get_running_loop()
        until = loop.time() + READY_WITHIN_SECONDS
        while self._ready is not None and not await self._ready():
            assert loop.time() < until, f"{self.name} is not ready:\n{tail(self.log)}"
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """Send SIGKILL and wait until it is gone."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end and wait until it has; this is what a deployment does."""
        await self._end(signal.SIGTERM)

    async def freeze(self, seconds: float) -> None:
        """Let it stand still for a while."""
        assert self._process is not None
        process = self._process
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)

    async def _spawn(self) -> None:
        self._starts += 1
        command = [part.replace("{life}", str(self._starts)) for part in self._command]
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                cwd=self._folder,
                env=environment(self._settings) | {"PYTHONFAULTHANDLER": "1"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def _keep(self) -> None:
        while self._process is not None:
            await self._process.wait()
            self.ended_itself += 1
            await asyncio.sleep(RAISED_AFTER_SECONDS)
            await self._spawn()

    async def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        if self._watch is not None:
            self._watch.cancel()
        if not self.alive:
            return
        self._process.send_signal(how)
        try:
            await asyncio.wait_for(self._process.wait(), ENDS_WITHIN_SECONDS)
        except TimeoutError:
            # Where it stands is written to its log: the interpreter's fault handler is on.
            self._process.send_signal(signal.SIGABRT)
            await asyncio.sleep(1)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            raise AssertionError(f"{self.name} did not end:\n{tail(self.log)}") from None
