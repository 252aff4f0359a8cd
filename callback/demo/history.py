"""The weeks before the demo's day, as a call log to import: without a past nothing can be said of tomorrow."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from callback.demo.draw import draw
from callback.demo.figures import Figures

WEEKS = 4
WORKING_DAYS = 5
HEADER = ("id", "start_time", "from", "outcome", "handle_seconds")


def working_days_before(day: date, weeks: int = WEEKS) -> list[date]:
    """Return the days from Monday to Friday of so many weeks before `day`, in order."""
    days = (day - timedelta(days=back) for back in range(7 * weeks, 0, -1))
    return [earlier for earlier in days if earlier.weekday() < WORKING_DAYS]


def history_rows(figures: Figures, day: date, seed: int) -> Iterator[tuple[str, ...]]:
    """Yield one row a call; every day is drawn anew from the same figures. Times are local."""
    for earlier in working_days_before(day):
        drawn = draw(figures, seed * 1_000_003 + earlier.toordinal(), earlier)
        midnight = datetime.combine(earlier, time(0))
        for number, caller in enumerate(drawn.callers):
            yield (
                f"{earlier:%Y%m%d}-{number:05d}",
                (midnight + caller.arrives).isoformat(sep=" ", timespec="seconds"),
                caller.number,
                "answered",
                f"{caller.handle.total_seconds():.0f}",
            )


def write_history(path: Path, figures: Figures, day: date, seed: int) -> Path:
    """Write the log to `path`, and return it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(history_rows(figures, day, seed))
    return path
