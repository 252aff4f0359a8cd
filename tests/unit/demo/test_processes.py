from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from callback.demo.processes import DemoFailed, Running, environment, free_ports, run_once, tail


def test_ports_are_different() -> None:
    assert len(set(free_ports(8))) == 8


def test_the_users_own_settings_do_not_reach_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "TWILIO_AUTH_TOKEN", "PORT", "CLOCK"):
        monkeypatch.setenv(name, "the user's")
    monkeypatch.setenv("PORTAGE", "kept")
    made = environment({"PORT": "1"})
    assert made["PORT"] == "1"
    assert made["PORTAGE"] == "kept"
    assert not {"DATABASE_URL", "TWILIO_AUTH_TOKEN", "CLOCK"} & set(made)


async def until(said: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not said():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.02)


async def test_a_process_that_dies_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    code = "import sys; sys.stderr.write('no such table\\n'); sys.exit(3)"
    running = await Running.start("web", [sys.executable, "-c", code], {}, tmp_path)
    await until(lambda: died(running))
    with pytest.raises(DemoFailed, match=r"web ended with code 3:\nno such table"):
        running.check()


async def test_stopping_ends_the_process_and_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('child', 'w').write(str(child.pid))\n"
        "print('up', flush=True)\n"
        "time.sleep(60)\n"
    )
    running = await Running.start("web", [sys.executable, "-c", code], {}, tmp_path)
    await until(lambda: "up" in tail(running.log))
    child = int((tmp_path / "child").read_text())
    assert alive(child)
    await running.stop()
    with pytest.raises(DemoFailed):
        running.check()
    await until(lambda: not alive(child))


def died(running: Running) -> bool:
    try:
        running.check()
    except DemoFailed:
        return True
    return False


def alive(pid: int) -> bool:
    try:
        stat = (Path("/proc") / str(pid) / "stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def test_a_command_gives_its_output_or_says_why_not(tmp_path: Path) -> None:
    said = await run_once("say", [sys.executable, "-c", "print('key-1')"], {}, tmp_path)
    assert said == "key-1\n"
    with pytest.raises(DemoFailed, match="`fail` ended with code 1:\nbroken"):
        await run_once("fail", [sys.executable, "-c", "raise SystemExit('broken')"], {}, tmp_path)
