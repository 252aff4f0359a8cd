"""Live news to 200 open desks at 50 changes a second, on a real web process, database and Redis.

The changes are committed by another process than the one that serves the desks, as workers do. Every
change is told to all desks, as on a board, and each desk looks for those of its own agent. What a desk
then does is measured by itself: reading its page anew, one desk after the other.
The baseline of the same run is Redis' own: from publishing to one subscriber.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from bisect import bisect_left
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from callback.agents.agent import Agent, AgentLine
from callback.ids import new_id
from callback.keys import Role
from callback.lines.line import Line
from callback.office import open_office
from callback.people.members import create_user
from callback.people.session import open_session
from callback.redis_live import CHANNEL, RedisLive
from callback.runtime import Runtime
from callback.settings import Settings
from tests.benchmarks.callers import percentile
from tests.ports import free_port

DESKS = 200
CHANGES_PER_SECOND = 50
SECONDS = 20
GOAL_S = 1.0


@dataclass
class Hearer:
    """An open desk: when it heard what, and how long its page took."""

    agent_id: str
    cookie: str
    heard: list[tuple[float, frozenset[str]]] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, session: aiohttp.ClientSession, address: str) -> None:
        """Hear of one's own agent and of all others."""
        headers = {"Cookie": f"callback={self.cookie}"}
        url = f"{address}/live?watch=agent:{self.agent_id}%20agent"
        async with session.get(url, headers=headers) as stream:
            assert stream.status == 200
            async for raw in stream.content:
                line = raw.decode().strip()
                if line == "data: live":
                    self.ready.set()
                if not line.startswith("data: ") or "agent" not in line:
                    continue
                topics = frozenset(line.removeprefix("data: ").split())
                self.heard.append((time.perf_counter(), topics))

    async def read(self, session: aiohttp.ClientSession, address: str) -> None:
        """Ask for the page anew, as an open one does, and note how long it takes."""
        asked = time.perf_counter()
        headers = {"Cookie": f"callback={self.cookie}", "X-By-Itself": "1"}
        async with session.get(f"{address}/desk", headers=headers) as page:
            text = await page.text()
            assert "data-part" in text, text
        self.shown.append(time.perf_counter() - asked)


async def desks(runtime: Runtime) -> list[Hearer]:
    """Write down a line with 200 agents and their users, each in a session."""
    found: list[Hearer] = []
    async with runtime.work() as work:
        line = Line(
            id=new_id(work.now), name="Support", time_zone="UTC", country="US", created_at=work.now
        )
        work.session.add(line)
        await work.session.flush()
        for number in range(DESKS):
            agent = Agent(
                id=f"agent{number}",
                name=f"Agent {number}",
                endpoint=f"client:agent{number}",
                status_since=work.now,
                created_at=work.now,
            )
            work.session.add(agent)
            await work.session.flush()
            work.session.add(AgentLine(agent_id=agent.id, line_id=line.id))
            email = f"agent{number}@example.com"
            user = await create_user(work, email, agent.name, Role.AGENT, agent_id=agent.id)
            _, secret = open_session(work.session, user, work.now)
            found.append(Hearer(agent.id, secret))
    return found


@asynccontextmanager
async def web_process(folder: Path, port: int) -> AsyncIterator[str]:
    """Give the address of a web process of its own."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'callback.db'}",
        "DATA_DIR": str(folder),
        "REDIS_URL": "",
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
    }
    program = "from callback.cli import main; main()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, "serve"), cwd=folder, env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(60):
            while True:
                try:
                    async with session.get(f"{address}/healthz"):
                        break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.1)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def change(runtime: Runtime, hearers: list[Hearer]) -> list[tuple[float, str]]:
    """Commit 50 changes a second to one agent after the other; return when each was committed."""
    made: list[tuple[float, str]] = []
    begun = time.perf_counter()
    for number in range(CHANGES_PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, begun + number / CHANGES_PER_SECOND - time.perf_counter()))
        agent_id = hearers[number % len(hearers)].agent_id
        async with runtime.work() as work:
            agent = await work.session.get_one(Agent, agent_id, with_for_update=True)
            agent.misses += 1
        made.append((time.perf_counter(), agent_id))
    await asyncio.sleep(GOAL_S)
    return made


async def redis_alone(live: RedisLive) -> list[float]:
    """Return how long Redis itself takes from publishing to one subscriber, at the same rate."""
    redis = live._redis
    delays: list[float] = []
    async with redis.pubsub() as channel:
        await channel.subscribe(f"{CHANNEL}:baseline")
        await channel.get_message(timeout=5)
        for _ in range(CHANGES_PER_SECOND * 4):
            sent = time.perf_counter()
            await redis.publish(f"{CHANNEL}:baseline", "news")
            while await channel.get_message(timeout=5, ignore_subscribe_messages=True) is None:
                pass
            delays.append(time.perf_counter() - sent)
            await asyncio.sleep(1 / CHANGES_PER_SECOND)
    return delays


def delays_of(made: list[tuple[float, str]], hearers: list[Hearer]) -> list[float]:
    """Return how long after each commit the desk that it concerns was told."""
    delays: list[float] = []
    for hearer in hearers:
        own = f"agent:{hearer.agent_id}"
        times = [at for at, topics in hearer.heard if own in topics]
        for at, agent_id in made:
            if agent_id == hearer.agent_id:
                # News may arrive before the committing process reads its own watch.
                index = bisect_left(times, at - 0.05)
                delays.append(times[index] - at if index < len(times) else float("inf"))
    return [max(0.0, delay) for delay in delays]


def row(name: str, delays: list[float], baseline: float) -> str:
    """Return one line of the table."""
    ordered = sorted(delays)
    figures = [percentile(ordered, share) for share in (0.5, 0.95, 1.0)]
    spelled = " ".join(f"{1000 * figure:6.0f} ms" for figure in figures)
    return f"{name:<28} {spelled}   {figures[1] / baseline:.0f} times Redis alone (p95)"


async def test_news_reaches_200_desks_within_a_second(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{tmp_path / 'callback.db'}",
        data_dir=tmp_path,
        redis_url="",
        log_level="ERROR",
    )
    async with open_office(settings, patient=False) as runtime:
        hearers = await desks(runtime)
        async with web_process(tmp_path, free_port()) as address:
            connector = aiohttp.TCPConnector(limit=0)
            endless = aiohttp.ClientTimeout(total=None)
            async with aiohttp.ClientSession(connector=connector, timeout=endless) as session:
                tasks = [asyncio.create_task(hearer.listen(session, address)) for hearer in hearers]
                async with asyncio.timeout(60):
                    await asyncio.gather(*(hearer.ready.wait() for hearer in hearers))
                assert isinstance(runtime.live, RedisLive)
                baseline = percentile(sorted(await redis_alone(runtime.live)), 0.95)
                made = await change(runtime, hearers)
                for hearer in hearers:
                    await hearer.read(session, address)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    told = delays_of(made, hearers)
    shown = [seconds for hearer in hearers for seconds in hearer.shown]
    rate = len(made) / (made[-1][0] - made[0][0])
    sys.stdout.write(
        f"\n{len(hearers)} desks, {rate:.0f} changes/s, each told to all; p50, p95, longest\n"
        f"Redis alone, p95: {1000 * baseline:.1f} ms\n"
        f"{row('a desk is told of its own', told, baseline)}\n"
        f"{row('and reads its page anew', shown, baseline)}\n"
    )
    assert rate > 0.9 * CHANGES_PER_SECOND
    assert max(told) < GOAL_S
