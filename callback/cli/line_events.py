"""Events of a line from a file of days and names."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from callback.calls.days_file import read_days
from callback.calls.demand import find_line
from callback.clock import Clock
from callback.database import Database
from callback.lines.changes import publish
from callback.runtime import Work

BY = "the command line"


async def keep_events(
    console: Console, database: Database, clock: Clock, line: str, file: Path
) -> None:
    """Put the days of a file in place of a line's events, and say how many there are.

    Raises:
        NotFound: no such line.
        InvalidInput: the file cannot be read, or a day has no name.

    """
    days = read_days(file)
    async with database.transaction() as session:
        chosen = await find_line(session, line)
        events = [{"date": day.isoformat(), "name": name} for day, name in sorted(days.items())]
        await publish(Work(session, clock.now()), chosen, {"events": events}, BY)
    console.print(f"{chosen.name} has {len(events)} events.", markup=False)
