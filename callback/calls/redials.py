"""Telling those who call once more from those who call: marked in the log by one statement, without a loop."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy import select as sa_select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call, CallOutcome, Direction
from callback.calls.volumes import epoch_seconds
from callback.lines.line import Line

ROUNDING_SECONDS = 0.01
"""SQLite counts days as a double, to a fraction of a millisecond."""


async def mark_redials(session: AsyncSession, line: Line, since: datetime, until: datetime) -> int:
    """Mark the redials among the calls of a line that arrived in a stretch of time; return how many are new.

    A redial follows, from the same number and within the line's `redial_minutes`, the end of a call that was
    abandoned. Who tries three times is one who wants something and two redials.
    """
    if line.redial_minutes == 0:
        return 0
    number, arrived_at = col(Call.phone_number), col(Call.arrived_at)
    ended_at = func.coalesce(col(Call.ended_at), col(Call.arrived_at))
    before = (
        sa_select(
            col(Call.id).label("id"),
            col(Call.redial).label("redial"),
            epoch_seconds(col(Call.arrived_at)).label("arrived"),
            func.lag(col(Call.outcome))
            .over(partition_by=number, order_by=arrived_at)
            .label("outcome"),
            epoch_seconds(func.lag(ended_at).over(partition_by=number, order_by=arrived_at)).label(
                "ended"
            ),
        )
        .where(
            col(Call.line_id) == line.id,
            col(Call.direction) == Direction.INBOUND,
            col(Call.phone_number).is_not(None),
            col(Call.arrived_at) >= since,
            col(Call.arrived_at) < until,
        )
        .subquery()
    )
    again = sa_select(before.c.id).where(
        before.c.redial.is_(False),
        before.c.outcome == CallOutcome.ABANDONED,
        before.c.arrived - before.c.ended <= 60 * line.redial_minutes + ROUNDING_SECONDS,
    )
    connection = await session.connection()
    marked = await connection.execute(
        update(Call).where(col(Call.id).in_(again)).values(redial=True)
    )
    return marked.rowcount
