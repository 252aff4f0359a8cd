"""Processes that the demo starts, watches and ends, together with whatever they started themselves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import callback

ROOT = Path(callback.__file__).parents[1]
COMMAND = (sys.executable, "-c", "from callback.cli import main; main()")
OURS = ("DATABASE_", "REDIS_", "PUBLIC_BASE_", "SECRET_", "TWILIO_", "DATA_DIR", "LOG_LEVEL")
OURS_EXACTLY = frozenset({"HOST", "PORT", "CLOCK"})
PATIENCE_SECONDS = 5.0
LOG_LINES_SHOWN = 25


class DemoFailed(Exception):
    """The demo cannot go on; the message says why, with the end of the log where a process died."""


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface on which nobody listens, all different."""
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(count):
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports.append(int(probe.getsockname()[1]))
        return ports


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a demo process: the machine's, without the user's own settings of Callback."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(OURS) and name not in OURS_EXACTLY
    }
    path = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH", "")]))
    return {**kept, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **settings}


def tail(path: Path, lines: int = LOG_LINES_SHOWN) -> str:
    """Return the last lines of a log, or nothing where there is none."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])


class Running:
    """A process of its own session, its output in a file, so that Ctrl-C reaches it only through us."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process

    @classmethod
    async def start(
        cls, name: str, arguments: Sequence[str], settings: Mapping[str, str], folder: Path
    ) -> Running:
        """Start `arguments` in `folder`, writing to `folder/name.log`."""
        log = folder / f"{name}.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *arguments,
                cwd=folder,
                env=environment(settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return cls(name, process, log)

    def check(self) -> None:
        """Do nothing while the process lives.

        Raises:
            DemoFailed: it has died; the message carries the end of its log.

        """
        if self._process.returncode is not None:
            raise DemoFailed(
                f"the {self.name} ended with code {self._process.returncode}:\n{tail(self.log)}"
            )

    async def stop(self) -> None:
        """Ask the process to end; end it and its children after a while, or at once if interrupted again."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()


async def run_once(
    name: str, arguments: Sequence[str], settings: Mapping[str, str], folder: Path
) -> str:
    """Run a command to its end and return its standard output.

    Raises:
        DemoFailed: it did not succeed.

    """
    process = await asyncio.create_subprocess_exec(
        *arguments,
        cwd=folder,
        env=environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        said = "\n".join((out + err).decode("utf-8", "replace").splitlines()[-LOG_LINES_SHOWN:])
        raise DemoFailed(f"`{name}` ended with code {process.returncode}:\n{said}")
    return out.decode("utf-8", "replace")
