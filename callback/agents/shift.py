"""The shift: who is planned to be at work on a line, and when; together they are the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index
from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.errors import InvalidInput
from callback.forecasting.intervals import DAY, midnight
from callback.ids import new_id
from callback.lines.line import Line
from callback.runtime import Work

LONGEST_SHIFT = timedelta(hours=24)
MOST_AGENTS = 10_000


@dataclass(frozen=True)
class PlannedShift:
    """So many agents (one, if it is somebody's own shift) from one instant until another, aware UTC."""

    starts_at: datetime
    ends_at: datetime
    agents: float = 1.0
    name: str | None = None

    def __post_init__(self) -> None:
        """Refuse what can be no shift."""
        if not timedelta(0) < self.ends_at - self.starts_at <= LONGEST_SHIFT:
            raise InvalidInput(
                "shift",
                f"{self.starts_at.isoformat()} to {self.ends_at.isoformat()} must end after it begins,"
                " within 24 hours",
            )
        if not 0 <= self.agents <= MOST_AGENTS:
            raise InvalidInput("agents", f"{self.agents:g}; must be 0 to {MOST_AGENTS:,}")


class Shift(SQLModel, table=True):
    """A shift of a line's plan. A line of a plan without names holds a number of agents."""

    __tablename__ = "shift"
    __table_args__ = (Index("ix_shift_line_id_ends_at", "line_id", "ends_at"),)

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="line.id")
    starts_at: datetime
    ends_at: datetime
    agents: float = 1.0
    name: str | None = Field(default=None, max_length=80)

    @property
    def planned(self) -> PlannedShift:
        """What counts of it."""
        return PlannedShift(self.starts_at, self.ends_at, self.agents, self.name)


def agents_planned(
    shifts: Iterable[PlannedShift], starts: Sequence[datetime], interval: timedelta
) -> list[float]:
    """Return the mean number of agents planned in each interval; `starts` are in order.

    Who comes in the middle of an interval counts for half of it.
    """
    planned = [0.0] * len(starts)
    for shift in shifts:
        for place in _touched(starts, interval, shift):
            begins = max(shift.starts_at, starts[place])
            ends = min(shift.ends_at, starts[place] + interval)
            planned[place] += shift.agents * ((ends - begins) / interval)
    return planned


def _touched(starts: Sequence[datetime], interval: timedelta, shift: PlannedShift) -> range:
    if not starts:
        return range(0)
    # The starts lie end to end, so that places can be reckoned instead of searched.
    first = max(0, (shift.starts_at - starts[0]) // interval)
    last = min(len(starts), -((starts[0] - shift.ends_at) // interval))
    return range(first, max(first, last))


async def shifts_between(
    session: AsyncSession, line_id: str, since: datetime, until: datetime
) -> list[Shift]:
    """Return the shifts that lie at least partly between two instants, in order."""
    found = await session.exec(
        select(Shift)
        .where(
            col(Shift.line_id) == line_id,
            col(Shift.ends_at) > since,
            col(Shift.starts_at) < until,
        )
        .order_by(col(Shift.starts_at), col(Shift.id))
    )
    return list(found.all())


async def agents_on_rota(
    session: AsyncSession, line: Line, starts: Sequence[datetime], interval: timedelta
) -> list[float | None]:
    """Return the agents planned in each interval, None on local days without any shift.

    `starts` are in order.
    """
    if not starts:
        return []
    shifts = await shifts_between(session, line.id, starts[0], starts[-1] + interval)
    agents = agents_planned((shift.planned for shift in shifts), starts, interval)
    days = {shift.starts_at.astimezone(line.zone).date() for shift in shifts}
    return [
        each if each or start.astimezone(line.zone).date() in days else None
        for start, each in zip(starts, agents, strict=True)
    ]


async def replace_plan(work: Work, line: Line, shifts: Sequence[PlannedShift]) -> int:
    """Plan `shifts` instead of whatever begins on the local days that they cover; return how many went.

    The same file twice changes nothing, and a new week leaves the others alone.

    Raises:
        InvalidInput: there are no shifts.

    """
    if not shifts:
        raise InvalidInput("plan", "holds no shift; to empty a day, plan it with 0 agents")
    first = min(shift.starts_at for shift in shifts).astimezone(line.zone).date()
    last = max(shift.starts_at for shift in shifts).astimezone(line.zone).date()
    gone = await work.session.exec(
        delete(Shift).where(
            col(Shift.line_id) == line.id,
            col(Shift.starts_at) >= midnight(first, line.zone),
            col(Shift.starts_at) < midnight(last + DAY, line.zone),
        )
    )
    work.session.add_all(
        Shift(
            id=new_id(work.now),
            line_id=line.id,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            agents=shift.agents,
            name=shift.name,
        )
        for shift in shifts
    )
    return int(gone.rowcount)
