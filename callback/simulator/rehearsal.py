"""Playing calls on a clock moved by hand: let everything settle, move to the next wake, repeat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from callback.clock import ManualClock
from callback.simulator.exchange import Exchange

QUIET_TURNS: Final = 25
"""Turns of the event loop without a request under way after which nothing more will happen by itself."""


class NeverHappened(Exception):
    """What was waited for did not come about in the time given."""


async def settle(exchange: Exchange) -> None:
    """Let tasks run until all of them wait for the clock."""
    quiet, begun = 0, exchange.begun
    while quiet < QUIET_TURNS:
        await asyncio.sleep(0)
        quiet = 0 if exchange.in_flight or exchange.begun != begun else quiet + 1
        begun = exchange.begun


async def play(
    exchange: Exchange,
    clock: ManualClock,
    until: Callable[[], bool] | None = None,
    longest: timedelta = timedelta(hours=1),
) -> None:
    """Move the clock from wake to wake until `until` holds, or until nothing is left to happen.

    Raises:
        NeverHappened: `until` was given and did not hold within `longest`.

    """
    end = clock.now() + longest
    while True:
        await settle(exchange)
        if until is not None and until():
            return
        wake = clock.next_wake()
        if wake is None or wake > end:
            break
        clock.move_to(wake)
    if until is not None:
        raise NeverHappened(f"not within {longest}")
    if wake is not None:
        clock.move_to(end)
        await settle(exchange)
