"""`--serve`: everything stays up, with a phone in the terminal to call the line by hand."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from callback.demo.numbers import LINE_NUMBER, number_of
from callback.demo.phone import HELP, Phone, understand
from callback.demo.single import single_stack
from callback.demo.stack import ZONE, Stack

LISTEN_EVERY_SECONDS = 0.3
SOMEBODY = number_of(1)
SOMEBODY_TALKS_SECONDS = 90.0


async def serve(rate: float, keep: Path | None, console: Console) -> bool:
    """Keep the installation up until `quit`, end of input or Ctrl-C.

    Raises:
        DemoFailed: a process died.

    """
    async with single_stack(rate, keep, console) as stack:
        phone = Phone(stack.simulator, console, ZoneInfo(ZONE))
        await phone.register()
        await _somebody_calls(stack)
        console.print(
            f"\nThe line {LINE_NUMBER} is open; console and API at {stack.web_url}."
            f"\nIts only agent is on the phone for the next {SOMEBODY_TALKS_SECONDS:.0f} s,"
            " so that you will have to wait; afterwards the agent answers every call."
            f"\nThis is your phone: {HELP}\n",
            highlight=False,
        )
        listening = asyncio.create_task(_listen(stack, phone))
        typing = asyncio.create_task(_type(phone))
        try:
            done, _ = await asyncio.wait({listening, typing}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (listening, typing):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
    return True


async def _somebody_calls(stack: Stack) -> None:
    persona = {"label": "somebody", "talk_s": SOMEBODY_TALKS_SECONDS}
    await stack.simulator.post(
        "/simulator/calls", {"from": SOMEBODY, "to": LINE_NUMBER, "persona": persona}
    )


async def _listen(stack: Stack, phone: Phone) -> None:
    while True:
        stack.check()
        await phone.listen()
        await asyncio.sleep(LISTEN_EVERY_SECONDS)


async def _type(phone: Phone) -> None:
    lines = asyncio.StreamReader()
    try:
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
    except (OSError, ValueError):
        lines.feed_eof()
    while typed := await lines.readline():
        if not await phone.obey(understand(typed.decode("utf-8", "replace"))):
            return
    if not sys.stdin.isatty():
        # Started by a script: nobody will type, and everything is to stay up until it is ended.
        await asyncio.Event().wait()
