"""A small installation for one person to look at: one line, one agent, a clock at human pace."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from callback.demo.draw import DRAWN_DAY
from callback.demo.people import agents
from callback.demo.roster import Roster
from callback.demo.stack import ZONE, Stack
from callback.demo.timing import course, midnight_of

# Ten in the morning of the day that the other demo draws.
OPENS = timedelta(hours=10)
# Nobody is listened to before somebody calls, so the clock needs no head start.
LEAD = timedelta(0)


@asynccontextmanager
async def single_stack(rate: float, keep: Path | None, console: Console) -> AsyncIterator[Stack]:
    """Give a running installation that offers a callback to everybody who has to wait; take it down after."""
    with tempfile.TemporaryDirectory(
        prefix="callback-demo-", ignore_cleanup_errors=True
    ) as temporary:
        stack = Stack("Demo", keep or Path(temporary), offer_after_seconds=0)
        try:
            console.print("Starting web, worker and simulator …")
            await stack.prepare()
            hours = (OPENS, OPENS + timedelta(hours=8))
            spec = course(midnight_of(DRAWN_DAY, ZONE), hours, rate, LEAD).spec
            await stack.open(spec)
            people: list[dict[str, Any]] = agents(1, seed=1)
            await stack.settle(people)
            await stack.begin(people)
            await Roster(stack).staff(1)
            yield stack
        finally:
            await stack.close()
