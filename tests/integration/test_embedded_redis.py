"""The embedded server: one for all who share a directory, there while anybody is, and never left behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from redis.exceptions import RedisError

from callback import embedded_redis
from callback.embedded_redis import EmbeddedRedis
from callback.errors import SetupError
from tests.integration.waiting import until

USER = """
import sys
from pathlib import Path
from callback.embedded_redis import EmbeddedRedis
server = EmbeddedRedis(Path(sys.argv[1]))
print(server.join(), flush=True)
sys.stdin.read()
server.leave()
"""


class User:
    """A process that uses the server of a directory until it is told to stop, or killed."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def joined(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def user(folder: Path) -> Iterator[User]:
    there = User(folder)
    try:
        yield there
    finally:
        there.kill()


@contextmanager
def client(url: str) -> Iterator[redis.Redis]:
    there = redis.Redis.from_url(url, socket_timeout=2)
    try:
        yield there
    finally:
        there.close()


def asked(url: str, name: str) -> object:
    """Ask the server about itself; None if it does not answer."""
    with client(url) as there:
        try:
            return there.info()[name]  # type: ignore[index]
        except (RedisError, OSError):
            return None


def pid_of(url: str) -> int:
    return int(str(asked(url, "process_id")))


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def serves(cmdline: Path, url: str) -> bool:
    try:
        words = cmdline.read_bytes()
    except OSError:
        return False
    # The server names its socket there; its keeper names the directory.
    return url.removeprefix("unix://").encode() in words


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """This process's own use of a server in a directory of the test's."""
    there = EmbeddedRedis(tmp_path)
    url = there.url
    try:
        yield there
    finally:
        there.leave()
        until(lambda: asked(url, "run_id") is None, "the server has gone")


def test_processes_share_one_server(tmp_path: Path, embedded: EmbeddedRedis) -> None:
    url = embedded.join()
    with user(tmp_path) as other:
        assert other.joined() == url
        assert asked(url, "run_id") is not None
        with client(url) as one, client(url) as two:
            one.set("key", "value")
            assert two.get("key") == b"value"


def test_many_who_come_at_once_start_one_server(tmp_path: Path, embedded: EmbeddedRedis) -> None:
    users = [User(tmp_path) for _ in range(4)]
    try:
        url = embedded.join()
        assert {there.joined() for there in users} == {url}
        (pid,) = {pid_of(url) for _ in users}
        # Whoever had started a second one would have left the first without a socket, and running.
        servers = [path for path in Path("/proc").glob("[0-9]*/cmdline") if serves(path, url)]
        assert [int(path.parent.name) for path in servers] == [pid]
    finally:
        for there in users:
            there.kill()


def test_the_server_ends_when_the_last_has_left_and_not_before(
    tmp_path: Path, embedded: EmbeddedRedis
) -> None:
    url = embedded.join()
    with user(tmp_path) as other:
        other.joined()
        pid = pid_of(url)
        embedded.leave()
        # Long enough for the keeper to look more than once: it would end the server by mistake here.
        until(lambda: int(str(asked(url, "uptime_in_seconds"))) >= 3, "it lives on")
        assert pid_of(url) == pid
        other.leave()
        until(lambda: not runs(pid), "the server has ended")
    assert asked(url, "run_id") is None


def test_a_user_who_is_killed_leaves_no_server_behind(tmp_path: Path) -> None:
    with user(tmp_path) as only:
        url = only.joined()
        pid = pid_of(url)
        only.kill()
        until(lambda: not runs(pid), "the server has ended")


def test_a_server_ends_with_its_keeper_and_the_next_user_starts_another(
    tmp_path: Path, embedded: EmbeddedRedis
) -> None:
    url = embedded.join()
    pid = pid_of(url)
    keeper = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(keeper, signal.SIGKILL)
    until(lambda: not runs(pid), "the server has ended")
    with user(tmp_path) as other:
        assert other.joined() == url
        assert pid_of(url) != pid


def test_what_was_written_survives_a_server_that_is_killed_and_it_comes_back_by_itself(
    embedded: EmbeddedRedis,
) -> None:
    url = embedded.join()
    before, pid = asked(url, "run_id"), pid_of(url)
    with client(url) as there:
        there.set("promise", "kept")
    until(lambda: float(str(asked(url, "uptime_in_seconds"))) >= 2, "it has lived a second")
    os.kill(pid, signal.SIGKILL)
    until(lambda: asked(url, "run_id") not in {None, before}, "another server answers")
    with client(url) as there:
        assert there.get("promise") == b"kept"


def test_what_was_written_is_there_for_the_next_one_who_comes(tmp_path: Path) -> None:
    with user(tmp_path) as first:
        url = first.joined()
        with client(url) as there:
            there.zadd("callback:jobs", {"job": 1})
        pid = pid_of(url)
        first.leave()
        until(lambda: not runs(pid), "the server has ended")
    with user(tmp_path) as second, client(second.joined()) as there:
        assert there.zscore("callback:jobs", "job") == 1


def test_a_directory_may_be_deeper_than_a_socket_can_be_named(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    with user(deep) as only:
        url = only.joined()
        assert len(url.removeprefix("unix://")) < 100
        assert asked(url, "run_id") is not None


def test_each_directory_has_its_own_server(tmp_path: Path) -> None:
    with user(tmp_path / "one") as one, user(tmp_path / "two") as two:
        urls = [one.joined(), two.joined()]
        assert len({asked(url, "run_id") for url in urls}) == 2


def test_nobody_else_can_reach_it_and_nothing_is_thrown_away(embedded: EmbeddedRedis) -> None:
    url = embedded.join()
    socket = Path(url.removeprefix("unix://"))
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    with client(url) as there:
        wanted = {"port": "0", "appendonly": "yes", "maxmemory-policy": "noeviction"}
        for name, value in wanted.items():
            assert there.config_get(name) == {name: value}


def test_a_server_that_cannot_start_is_said_so_with_the_place_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_redis, "START_SECONDS", 1.0)
    broken = tmp_path / "redis" / "appendonlydir"
    broken.mkdir(parents=True)
    (broken / "appendonly.aof.manifest").write_text("nonsense")
    there = EmbeddedRedis(tmp_path)
    try:
        with pytest.raises(SetupError, match=r"redis\.log.*REDIS_URL"):
            there.join()
    finally:
        there.leave()
