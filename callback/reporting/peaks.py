"""When a line's callers call, how long they wait and how many hang up, by weekday and hour of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func
from sqlalchemy import select as sa_select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call, CallOutcome
from callback.calls.volumes import QUARTER_SECONDS, is_demand, log_span, quarter_hour
from callback.errors import InvalidInput
from callback.forecasting.intervals import DAY, midnight
from callback.lines.line import Line

WEEKS = 8
MOST_WEEKS = 104


@dataclass
class HourRecord:
    """What came in one hour of one weekday, in all the weeks looked at together."""

    calls: int = 0
    answered: int = 0
    abandoned: int = 0
    wait_seconds: float = 0.0
    waited: int = 0


@dataclass(frozen=True)
class Peaks:
    """The record by weekday (0 Monday) and hour; `days[weekday]` is how many such days were looked at."""

    first: date
    last: date
    days: list[int]
    hours: list[list[HourRecord]]

    def volume(self) -> list[list[float | None]]:
        """Return the mean calls an hour; None for weekdays that were not looked at."""
        return [
            [hour.calls / days if days else None for hour in row]
            for row, days in zip(self.hours, self.days, strict=True)
        ]

    def wait(self) -> list[list[float | None]]:
        """Return the mean wait in seconds of those whose wait was recorded, answered or not."""
        return [
            [hour.wait_seconds / hour.waited if hour.waited else None for hour in row]
            for row in self.hours
        ]

    def abandonment(self) -> list[list[float | None]]:
        """Return abandoned / (answered + abandoned); who took a callback counts on neither side."""
        return [
            [
                hour.abandoned / (hour.abandoned + hour.answered)
                if hour.abandoned + hour.answered
                else None
                for hour in row
            ]
            for row in self.hours
        ]

    def busiest(self, number: int = 5) -> list[tuple[int, int, float]]:
        """Return the busiest hours as weekday, hour and mean calls, the busiest first."""
        cells = [
            (weekday, hour, calls)
            for weekday, row in enumerate(self.volume())
            for hour, calls in enumerate(row)
            if calls
        ]
        return sorted(cells, key=lambda cell: -cell[2])[:number]

    def quietest(self, number: int = 5) -> list[tuple[int, int, float]]:
        """Return the hours with the shortest mean wait, of those that see a call every other day or more."""
        found = [
            (weekday, hour, wait)
            for weekday, row in enumerate(self.wait())
            for hour, wait in enumerate(row)
            if wait is not None and 2 * self.hours[weekday][hour].calls >= self.days[weekday]
        ]
        return sorted(found, key=lambda cell: cell[2])[:number]


async def peaks_of(session: AsyncSession, line: Line, now: datetime, weeks: int = WEEKS) -> Peaks:
    """Return the record of the last whole `weeks` before today, or before the end of an older log.

    Raises:
        InvalidInput: nobody has called yet, or too many weeks are asked for.

    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise InvalidInput("weeks", f"{weeks}; must be 1 to {MOST_WEEKS}")
    span = await log_span(session, line.id)
    if span is None:
        raise InvalidInput("history", f"{line.name} has no calls yet; import a call log first")
    zone = line.zone
    last = min(now.astimezone(zone).date() - DAY, span.last.astimezone(zone).date())
    first = max(last - 7 * weeks * DAY + DAY, span.first.astimezone(zone).date())
    last = max(first, last)
    quarter = quarter_hour(col(Call.arrived_at)).label("quarter")
    outcome = col(Call.outcome)
    statement = (
        sa_select(
            quarter,
            func.count(),
            func.sum(case((outcome == CallOutcome.ANSWERED, 1), else_=0)),
            func.sum(case((outcome == CallOutcome.ABANDONED, 1), else_=0)),
            func.sum(col(Call.wait_seconds)),
            func.count(col(Call.wait_seconds)),
        )
        .where(
            *is_demand(line.id),
            col(Call.arrived_at) >= midnight(first, zone),
            col(Call.arrived_at) < midnight(last + DAY, zone),
        )
        .group_by(quarter)
    )
    hours = [[HourRecord() for _ in range(24)] for _ in range(7)]
    connection = await session.connection()
    for number, calls, answered, abandoned, wait, waited in await connection.execute(statement):
        local = datetime.fromtimestamp(number * QUARTER_SECONDS, UTC).astimezone(zone)
        record = hours[local.weekday()][local.hour]
        record.calls += calls
        record.answered += answered or 0
        record.abandoned += abandoned or 0
        record.wait_seconds += wait or 0.0
        record.waited += waited
    days = [0] * 7
    for number in range((last - first) // timedelta(days=1) + 1):
        days[(first + number * DAY).weekday()] += 1
    return Peaks(first, last, days, hours)


def peaks_view(line: Line, peaks: Peaks) -> dict[str, Any]:
    """Return the record as JSON shows it: lists of seven weekdays, Monday first, of 24 hours."""
    return {
        "line_id": line.id,
        "from": peaks.first.isoformat(),
        "to": peaks.last.isoformat(),
        "zone": line.time_zone,
        "calls_an_hour": peaks.volume(),
        "mean_wait_seconds": peaks.wait(),
        "abandoned_share": peaks.abandonment(),
        "busiest": [_cell(cell, "calls_an_hour") for cell in peaks.busiest()],
        "best_times_to_call": [_cell(cell, "mean_wait_seconds") for cell in peaks.quietest()],
    }


def _cell(cell: tuple[int, int, float], what: str) -> dict[str, Any]:
    weekday, hour, value = cell
    return {"weekday": weekday, "hour": hour, what: round(value, 3)}
