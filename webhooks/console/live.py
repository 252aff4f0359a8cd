"""News for open pages, as server-sent events: only that something changed; the page then asks what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.responses import StreamingResponse

from callback.keys import Role
from callback.live import EVERYTHING, News
from callback.runtime import Runtime
from webhooks.console.pages import Pages
from webhooks.requests import Office

pages = Pages()
BEAT_SECONDS = 10.0
LASTS_SECONDS = 300.0
PAUSE_SECONDS = 0.1
MOST_TOPICS = 100


@pages.get("/live", who=Role.AGENT)
async def live(office: Office, watch: str = "") -> Response:
    """Tell which of the watched topics (with spaces between) have changed, until the browser leaves.

    After five minutes it ends and the browser comes again, so that it is asked anew who it is.
    """
    topics = frozenset(watch.split()[:MOST_TOPICS])
    return StreamingResponse(
        _events(office, topics),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(office: Runtime, topics: frozenset[str]) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + LASTS_SECONDS
    async with office.live.listen() as news:
        yield f"retry: 1000\n{_state(news)}"
        while loop.time() < ends_at:
            changed = await news.next(BEAT_SECONDS)
            if not news.steady:
                yield _state(news)
                await asyncio.sleep(1.0)
                continue
            heard = topics if EVERYTHING in changed else changed & topics
            if not changed or EVERYTHING in changed:
                yield _state(news)
            if heard:
                yield f"event: changed\ndata: {' '.join(sorted(heard))}\n\n"
            # Whatever happens in the next tenth of a second is told together.
            await asyncio.sleep(PAUSE_SECONDS)


def _state(news: News) -> str:
    return f"event: state\ndata: {'live' if news.steady else 'poll'}\n\n"
