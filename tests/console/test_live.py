"""Live news through a real Redis: between processes, bundled, and not missed when Redis comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callback.arq_jobs import connect
from callback.embedded_redis import EmbeddedRedis
from callback.keys import Role
from callback.live import EVERYTHING, NoLive
from callback.redis_live import RedisLive
from tests.console.conftest import Console
from webhooks.console.live import _events


@pytest.fixture
async def redis_url(tmp_path: Path) -> AsyncIterator[str]:
    embedded = EmbeddedRedis(tmp_path)
    yield await asyncio.to_thread(embedded.join)
    embedded.leave()


async def test_what_one_process_tells_another_hears(redis_url: str) -> None:
    teller, hearer = (RedisLive(connect(redis_url, patient=False)) for _ in range(2))
    async with hearer.listen() as first, hearer.listen() as second:
        assert await first.next(5) == {EVERYTHING}
        assert first.steady
        assert await second.next(5) == {EVERYTHING}
        teller.tell({"agent:1"})
        teller.tell({"line:2", "agent:1"})
        assert await first.next(5) == {"agent:1", "line:2"}
        assert await second.next(5) == {"agent:1", "line:2"}
        assert await first.next(0.01) == frozenset()
    await teller.close()
    await hearer.close()


async def test_without_redis_nothing_is_told_and_nobody_waits(tmp_path: Path) -> None:
    live = RedisLive(connect(f"unix://{tmp_path}/nothing.sock", patient=False))
    async with live.listen() as news:
        live.tell({"agent:1"})
        assert await news.next(5) == {EVERYTHING}
        assert not news.steady
    await live.close()


async def test_committed_work_is_news_and_undone_work_is_not(console: Console) -> None:
    told: list[set[str]] = []

    class Ear(NoLive):
        def tell(self, topics: object) -> None:
            told.append(set(topics))  # type: ignore[call-overload]

    object.__setattr__(console.office.runtime, "live", Ear())
    line = await console.office.line()
    agent = await console.office.agent(line)

    async def fail() -> None:
        async with console.office.runtime.work() as work:
            (await work.session.get_one(type(agent), agent.id)).misses = 1
            await work.session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert told == []
    async with console.office.runtime.work() as work:
        (await work.session.get_one(type(agent), agent.id)).misses = 1
    assert told == [{"agent", f"agent:{agent.id}"}]


async def test_a_page_is_told_only_what_it_watches(console: Console, redis_url: str) -> None:
    live = RedisLive(connect(redis_url, patient=False))
    object.__setattr__(console.office.runtime, "live", live)
    events = _events(console.office.runtime, frozenset({"agent:1"}))
    assert "retry" in await anext(events)
    assert "data: live" in await anext(events)
    assert "agent:1" in await anext(events)  # all that may have been missed before
    live.tell({"agent:2"})
    live.tell({"agent:1"})
    assert await anext(events) == "event: changed\ndata: agent:1\n\n"
    await events.aclose()
    await live.close()


async def test_without_news_a_page_is_told_to_look_by_itself(console: Console) -> None:
    visit = await console.signed_in(Role.AGENT)
    async with asyncio.timeout(5):
        events = _events(console.office.runtime, frozenset())
        assert "data: poll" in await anext(events)
        await events.aclose()
    assert visit.form_secret
