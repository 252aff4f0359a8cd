"""A line's past demand, ready to forecast from: which days count, and how its calls went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.volumes import WaitingRecord, count_volumes, log_span, waiting_record
from callback.errors import InvalidInput, NotFound
from callback.forecasting.intervals import DAY, IntervalVolumes, midnight
from callback.lines.hours import Opening, openings_of
from callback.lines.line import Line

LONGEST_HISTORY = 731 * DAY
RECORD_DAYS = 56 * DAY
OLD_AFTER = 7 * DAY


@dataclass(frozen=True)
class Demand:
    """What was counted on a line before the local day `as_of`; `note` says if that is not today, and why."""

    line: Line
    as_of: date
    volumes: IntervalVolumes
    record: WaitingRecord
    note: str | None


async def find_line(session: AsyncSession, name: str) -> Line:
    """Return the line with this id, or else with exactly this name.

    Raises:
        NotFound: there is none.
        InvalidInput: several have the name.

    """
    found = (
        await session.exec(select(Line).where(or_(col(Line.id) == name, col(Line.name) == name)))
    ).all()
    if not found:
        raise NotFound("line", name)
    by_id = [line for line in found if line.id == name] or found
    if len(by_id) > 1:
        ids = ", ".join(line.id for line in by_id)
        raise InvalidInput(
            "line", f"{len(by_id)} lines are called {name!r}; name one by its id: {ids}"
        )
    return by_id[0]


async def load_demand(
    session: AsyncSession,
    line: Line,
    now: datetime,
    *,
    minutes: int = 30,
    as_of: date | None = None,
) -> Demand:
    """Count the demand of a line before `as_of`.

    Without one that is today, or the day after the last call of a log that ended more than a week ago. At
    most two years are counted. Handle time and patience are those of the last eight weeks.

    Raises:
        InvalidInput: nobody has called the line before that day.

    """
    span = await log_span(session, line.id)
    zone = line.zone
    if span is None:
        raise InvalidInput("history", f"{line.name} has no calls yet; import a call log first")
    first, last = span.first.astimezone(zone).date(), span.last.astimezone(zone).date()
    today = now.astimezone(zone).date()
    note = None
    if as_of is None and last + OLD_AFTER < today:
        as_of = last + DAY
        note = f"The log ends on {last}; this starts from the day after."
    as_of = as_of or today
    end = min(as_of - DAY, last)
    if end < first:
        raise InvalidInput(
            "history", f"{line.name} has no calls before {as_of}; its log begins on {first}"
        )
    volumes = await count_volumes(
        session, line.id, zone, max(first, end - LONGEST_HISTORY), end, minutes
    )
    until = midnight(end + DAY, zone)
    record = await waiting_record(session, line.id, until - RECORD_DAYS, until)
    return Demand(line, as_of, volumes, record, note)


def opening_of(line: Line, minutes: int) -> Callable[[datetime], bool] | None:
    """Return what tells whether a line is open in any part of the interval that starts at an instant.

    Returns None for a line that never closes.
    """
    if not line.opening_hours and line.holidays_country is None:
        return None
    length, zone = timedelta(minutes=minutes), line.zone

    @lru_cache(maxsize=4_096)
    def openings(day: date) -> tuple[Opening, ...]:
        return tuple(openings_of(line, day))

    def is_open(start: datetime) -> bool:
        day = start.astimezone(zone).date()
        return any(o.opens < start + length and start < o.closes for o in openings(day))

    return is_open
