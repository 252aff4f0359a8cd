"""Waiting for something to become true, for a while and no longer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE = 15.0
LOOK_EVERY = 0.02


def until(holds: Callable[[], object], what: str) -> None:
    """Return once `holds` does; fail when it has not for a quarter of a minute."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"not in {PATIENCE:g} s: {what}"
        time.sleep(LOOK_EVERY)


async def eventually(holds: Callable[[], Awaitable[object]], what: str) -> None:
    """Return once `holds` does, letting everybody else work meanwhile."""
    end = time.monotonic() + PATIENCE
    while not await holds():
        assert time.monotonic() < end, f"not in {PATIENCE:g} s: {what}"
        await asyncio.sleep(LOOK_EVERY)
