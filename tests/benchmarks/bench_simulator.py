"""How fast the simulator plays calls: its webhooks a second beside a bare client that posts signed forms.

Both send over HTTP to the same trivial application in this process, through the same transport; the
simulator's clock is moved by hand, so only work counts. Half of the bare posts come before the calls and half
after them, so that a machine that is busy for a while slows both. The figure to report is the ratio. The one
that is asserted goes by processor time, of which other programs take nothing away; on an idle machine both are
the same, because all of this is one thread that never waits.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from aiohttp import web

from callback.clock import ManualClock
from callback.simulator.__main__ import collect_seldom
from callback.simulator.account import Account
from callback.simulator.exchange import Exchange
from callback.simulator.persona import Persona
from callback.simulator.rehearsal import play
from callback.simulator.signature import sign
from callback.simulator.transport import AiohttpTransport, Timeouts
from callback.simulator.webhooks import FORM

CALLS = 10_000
AT_ONCE = 50
LOOP_S = 20
PATIENCE_S = 3 * LOOP_S - 1
LEAST_RATIO = 0.5
WEBHOOKS = 6 * CALLS
LINE = "+15550100100"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOCUMENTS = {
    "/voice": '<Response><Enqueue waitUrl="/wait" action="/left" maxQueueSize="5000">support'
    "</Enqueue></Response>",
    "/wait": f'<Response><Pause length="{LOOP_S}"/></Response>',
    "/left": "<Response/>",
    "/status": "",
}


class Stopwatch:
    """Seconds since it was made, on the wall and of the processor."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return both."""
        return time.perf_counter() - self._wall, time.process_time() - self._processor


@asynccontextmanager
async def application() -> AsyncIterator[tuple[str, list[int]]]:
    """Serve the documents; give the address and a counter of requests."""
    served = [0]

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        served[0] += 1
        return web.Response(text=DOCUMENTS[request.path], content_type="text/xml")

    app = web.Application()
    for path in DOCUMENTS:
        app.router.add_post(path, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}", served
    finally:
        await runner.cleanup()


async def bare_seconds(base: str, posts: int, params: list[tuple[str, str]]) -> tuple[float, float]:
    """Post signed forms of the same size, as many at a time; return how long it took."""
    transport = AiohttpTransport()
    left = iter(range(posts))

    async def work() -> None:
        for _ in left:
            headers = {
                "X-Twilio-Signature": sign("token", f"{base}/wait", params),
                "Content-Type": FORM,
            }
            body = urlencode(params).encode()
            answer = await transport.request("POST", f"{base}/wait", headers, body, Timeouts())
            assert answer.status == 200

    watch = Stopwatch()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    took = watch.read()
    await transport.close()
    return took


async def simulated_seconds(base: str) -> tuple[float, float]:
    """Play the calls; return how long it took."""
    clock = ManualClock(START)
    exchange = Exchange(clock, Account(), AiohttpTransport())
    exchange.set_number(LINE, voice_url=f"{base}/voice", status_callback=f"{base}/status")
    watch = Stopwatch()
    for first in range(0, CALLS, AT_ONCE):
        for number in range(first, first + AT_ONCE):
            exchange.incoming_call(f"+1415{number:07d}", LINE, Persona(patience_s=PATIENCE_S))
        await play(exchange, clock, longest=timedelta(seconds=1))
    await play(exchange, clock)
    took = watch.read()
    assert exchange.done
    assert exchange.problems.as_json() == []
    assert {call.status for call in exchange.calls.values()} == {"completed"}
    await exchange.close()
    return took


async def typical_params() -> list[tuple[str, str]]:
    """Return as many parameters as a request for a waiting document has."""
    exchange = Exchange(ManualClock(START), Account(), AiohttpTransport())
    call = exchange.new_call("inbound", "+14150000000", LINE)
    queue = exchange.queue_named("support")
    member = queue.add(call, call.attention)
    return [*call.parameters(), *queue.facts_for(member)]


@pytest.mark.timeout(600)
async def test_ten_thousand_calls() -> None:
    collect_seldom()
    async with application() as (base, served):
        params = await typical_params()
        before = await bare_seconds(base, WEBHOOKS // 2, params)
        first = served[0]
        calls = await simulated_seconds(base)
        webhooks = served[0] - first
        after = await bare_seconds(base, WEBHOOKS // 2, params)
    bare = (before[0] + after[0], before[1] + after[1])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert webhooks == WEBHOOKS
    sys.stdout.write(
        f"\n{CALLS:,} calls, {webhooks:,} webhooks: {webhooks / calls[0]:.0f}/s beside"
        f" {webhooks / bare[0]:.0f}/s bare: {bare[0] / calls[0]:.0%} on the wall,"
        f" {bare[1] / calls[1]:.0%} by processor time; {memory:.0f} MB at most\n"
    )
    assert bare[1] / calls[1] >= LEAST_RATIO
