"""The baseline of dispatching: arq alone, whose job makes the HTTP request of a call and nothing else."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import aiohttp
from arq import func
from arq.worker import Worker

from callback.arq_jobs import connect, deserialize, serialize
from workers.settings import HURRIED_POLL_SECONDS

QUEUE = "bare:jobs"


async def call(context: dict[str, Any], number: str) -> None:
    """Ask for a call, as the real job does."""
    form = {"To": number, "From": "+14155550100", "Url": "http://127.0.0.1/answer"}
    async with context["http"].post(os.environ["CALLS_URL"], data=form) as answer:
        await answer.read()


async def main() -> None:
    """Work until killed."""
    async with aiohttp.ClientSession() as http:
        worker = Worker(
            functions=[func(call, name="call")],
            redis_pool=connect(sys.argv[1], patient=True),
            queue_name=QUEUE,
            ctx={"http": http},
            poll_delay=HURRIED_POLL_SECONDS,
            max_jobs=20,
            queue_read_limit=500,
            job_timeout=15,
            max_tries=1,
            keep_result=0,
            handle_signals=False,
            job_serializer=serialize,
            job_deserializer=deserialize,
        )
        await worker.async_run()


if __name__ == "__main__":
    asyncio.run(main())
