"""The grid of local days and intervals on which calls are counted, forecast and staffed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callback.errors import InvalidInput

INTERVAL_MINUTES = (15, 30, 60)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class IntervalVolumes:
    """Calls counted per interval, without gaps: every interval of every local day from first to last.

    `starts` are aware UTC; `counts` the calls that arrived in each interval; `handle_seconds` the mean
    handle time of those that were answered, None where none was.
    """

    zone: ZoneInfo
    interval_minutes: int
    starts: tuple[datetime, ...]
    counts: tuple[int, ...]
    handle_seconds: tuple[float | None, ...]

    @property
    def total(self) -> int:
        """All calls counted."""
        return sum(self.counts)


def check_interval(minutes: int) -> int:
    """Return `minutes` if days can be cut into such intervals.

    Raises:
        InvalidInput: it is none of the lengths we count in.

    """
    if minutes not in INTERVAL_MINUTES:
        raise InvalidInput("interval", f"{minutes} minutes; must be 15, 30 or 60")
    return minutes


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a local day begins; the first one that exists where midnight is skipped."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def interval_starts(first: date, last: date, zone: ZoneInfo, minutes: int) -> Iterator[datetime]:
    """Yield the start of every interval from `first` to `last`, both included, as aware UTC.

    A day on which clocks go forward has 23 hours of intervals, one on which they go back 25.
    """
    step = timedelta(minutes=minutes)
    day = first
    start = midnight(day, zone)
    if step == DAY:
        yield from (midnight(first + n * DAY, zone) for n in range((last - first).days + 1))
        return
    while day <= last:
        following = midnight(day + DAY, zone)
        while start < following:
            yield start
            start += step
        day, start = day + DAY, following


def slot_of(start: datetime, zone: ZoneInfo, minutes: int) -> tuple[date, int]:
    """Return the local day in which an interval lies and its number by the wall clock, 0 at midnight.

    The two passes of a repeated hour share their numbers; a skipped hour's numbers do not occur.
    """
    local = start.astimezone(zone)
    return local.date(), (local.hour * 60 + local.minute) // minutes


def slots_in_a_day(minutes: int) -> int:
    """Return how many intervals an ordinary day of 24 hours has."""
    return 24 * 60 // minutes
