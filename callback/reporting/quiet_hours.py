"""When a call is answered soonest: the hours of the present weekday with the shortest waits of late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call
from callback.lines.hours import openings_of
from callback.lines.line import Line
from callback.lines.offer import Window

WEEKS = 4
FEWEST_CALLS = 5
SHOWN = 3
MOST_CALLS = 10_000


def quiet_hours(
    waits: Iterable[tuple[datetime, float]], zone: ZoneInfo, most: int = SHOWN
) -> list[int]:
    """Return the local hours (0–23) with the shortest mean wait, in order of the day.

    Only hours with a few calls count, and only those that are better than the mean of all calls: where every
    hour is alike none is recommended. `waits` are arrivals with their waits in seconds.
    """
    by_hour: dict[int, list[float]] = defaultdict(list)
    for arrived_at, wait in waits:
        by_hour[arrived_at.astimezone(zone).hour].append(wait)
    every = [wait for hour in by_hour.values() for wait in hour]
    if not every:
        return []
    mean = sum(every) / len(every)
    better = {
        hour: sum(found) / len(found)
        for hour, found in by_hour.items()
        if len(found) >= FEWEST_CALLS and sum(found) / len(found) < mean
    }
    return sorted(sorted(better, key=lambda hour: (better[hour], hour))[:most])


async def quiet_windows(session: AsyncSession, line: Line, now: datetime) -> list[Window]:
    """Return the hours of today, from now on and while the line is open, in which waits are usually short."""
    today = now.astimezone(line.zone).date()
    hours = quiet_hours(await _waits(session, line, today), line.zone, most=24)
    opens = openings_of(line, today)
    windows = [_hour(today, hour, line.zone) for hour in hours]
    open_later = [
        window
        for window in windows
        if window.until > now
        and any(each.opens <= window.start and window.until <= each.closes for each in opens)
    ]
    return open_later[:SHOWN]


async def _waits(session: AsyncSession, line: Line, today: date) -> list[tuple[datetime, float]]:
    days = [today - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    found = await session.exec(
        select(col(Call.arrived_at), col(Call.wait_seconds))
        .where(
            col(Call.line_id) == line.id,
            col(Call.wait_seconds).is_not(None),
            or_(
                *(
                    col(Call.arrived_at).between(
                        _midnight(day, line.zone), _midnight(day + timedelta(days=1), line.zone)
                    )
                    for day in days
                )
            ),
        )
        .limit(MOST_CALLS)
    )
    return [(arrived_at, wait) for arrived_at, wait in found.all() if wait is not None]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def _hour(day: date, hour: int, zone: ZoneInfo) -> Window:
    start = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
    return Window(start, start + timedelta(hours=1))
