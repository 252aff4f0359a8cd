"""Calls per interval, counted by the database: the demand that forecasts start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Float, and_, case, func, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call, CallOutcome, Direction
from callback.forecasting.intervals import (
    DAY,
    IntervalVolumes,
    check_interval,
    interval_starts,
    midnight,
)

# The finest step: every zone's offset from UTC is a multiple of it, so local intervals are sums of these.
QUARTER_SECONDS = 900

NO_DEMAND = (CallOutcome.TURNED_AWAY, CallOutcome.SELF_SERVED)
"""Ends of calls for which no agent was wanted, or none there: they are not forecast."""


class epoch_seconds(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """The seconds since 1970 in UTC at an instant."""

    type = Float()
    inherit_cache = True


@compiles(epoch_seconds, "sqlite")
def _seconds_on_sqlite(element: epoch_seconds, compiler: SQLCompiler, **words: Any) -> str:
    # Days as SQLite counts them; strftime would drop the fraction of a second.
    instant = compiler.process(element.clauses, **words)
    return f"((julianday({instant}) - 2440587.5) * 86400.0)"


@compiles(epoch_seconds, "postgresql")
def _seconds_on_postgresql(element: epoch_seconds, compiler: SQLCompiler, **words: Any) -> str:
    return f"date_part('epoch', {compiler.process(element.clauses, **words)})"


class quarter_hour(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """The number of the quarter of an hour, counted from 1970 in UTC, in which an instant lies."""

    type = BigInteger()
    inherit_cache = True


@compiles(quarter_hour, "sqlite")
def _quarter_on_sqlite(element: quarter_hour, compiler: SQLCompiler, **words: Any) -> str:
    instant = compiler.process(element.clauses, **words)
    return f"(CAST(strftime('%s', {instant}) AS INTEGER) / {QUARTER_SECONDS})"


@compiles(quarter_hour, "postgresql")
def _quarter_on_postgresql(element: quarter_hour, compiler: SQLCompiler, **words: Any) -> str:
    instant = compiler.process(element.clauses, **words)
    # As a double: extract() gives a numeric, whose division costs more than reading the row.
    return f"CAST(floor(date_part('epoch', {instant}) / {QUARTER_SECONDS}) AS BIGINT)"


@dataclass(frozen=True)
class LogSpan:
    """The first and the last call of a line's log, and how many there are."""

    first: datetime
    last: datetime
    calls: int


@dataclass(frozen=True)
class WaitingRecord:
    """How a line's calls went: means in seconds, shares 0–1; None where nothing was recorded.

    `patience_seconds` is the whole time spent waiting divided by the number who gave up waiting: the
    estimate of an exponential mean from censored times. Who hung up before the queue has shown none.
    """

    handle_seconds: float | None
    patience_seconds: float | None


def is_demand(line_id: str) -> tuple[ColumnElement[bool], ...]:
    """Return what makes a call of the log demand: somebody called, not once more, and was heard."""
    return (
        col(Call.line_id) == line_id,
        col(Call.direction) == Direction.INBOUND,
        col(Call.redial).is_(False),
        or_(col(Call.outcome).is_(None), col(Call.outcome).not_in(NO_DEMAND)),
    )


async def log_span(session: AsyncSession, line_id: str) -> LogSpan | None:
    """Return the span of a line's demand, or None if nobody has called yet."""
    arrived_at = col(Call.arrived_at)
    statement = select(func.min(arrived_at), func.max(arrived_at), func.count()).where(
        *is_demand(line_id)
    )
    first, last, calls = (await session.exec(statement)).one()
    return LogSpan(first, last, calls) if calls else None


async def count_volumes(
    session: AsyncSession, line_id: str, zone: ZoneInfo, first: date, last: date, minutes: int = 30
) -> IntervalVolumes:
    """Count a line's demand in every interval of the local days `first` to `last`, both included.

    The database groups; what comes back is one row for each quarter of an hour in which somebody called.

    Raises:
        InvalidInput: `minutes` is not 15, 30 or 60.

    """
    check_interval(minutes)
    since, until = midnight(first, zone), midnight(last + DAY, zone)
    quarter = quarter_hour(col(Call.arrived_at)).label("quarter")
    handled = col(Call.handle_seconds)
    statement = (
        select(quarter, func.count(), func.count(handled), func.sum(handled))
        .where(*is_demand(line_id), col(Call.arrived_at) >= since, col(Call.arrived_at) < until)
        .group_by(quarter)
    )
    connection = await session.connection()
    quarters = {
        number: (count, answered, seconds or 0.0)
        for number, count, answered, seconds in await connection.execute(statement)
    }
    return _in_local_intervals(quarters, zone, first, last, minutes)


def _in_local_intervals(
    quarters: dict[int, tuple[int, int, float]],
    zone: ZoneInfo,
    first: date,
    last: date,
    minutes: int,
) -> IntervalVolumes:
    starts = tuple(interval_starts(first, last, zone, minutes))
    ends = (*starts[1:], midnight(last + DAY, zone))
    counts, handle = [], []
    for start, end in zip(starts, ends, strict=True):
        numbers = range(
            int(start.timestamp()) // QUARTER_SECONDS, int(end.timestamp()) // QUARTER_SECONDS
        )
        rows = [quarters[number] for number in numbers if number in quarters]
        answered = sum(row[1] for row in rows)
        counts.append(sum(row[0] for row in rows))
        handle.append(sum(row[2] for row in rows) / answered if answered else None)
    return IntervalVolumes(zone, minutes, starts, tuple(counts), tuple(handle))


async def waiting_record(
    session: AsyncSession, line_id: str, since: datetime, until: datetime
) -> WaitingRecord:
    """Return mean handle time and patience of the demand that arrived from `since` until before `until`."""
    left_the_queue = and_(col(Call.outcome) == CallOutcome.ABANDONED, col(Call.wait_seconds) > 0)
    abandoned = func.sum(case((left_the_queue, 1), else_=0))
    statement = select(
        func.avg(col(Call.handle_seconds)), func.sum(col(Call.wait_seconds)), abandoned
    ).where(*is_demand(line_id), col(Call.arrived_at) >= since, col(Call.arrived_at) < until)
    handle, waited, gave_up = (await session.exec(statement)).one()
    patience = waited / gave_up if gave_up and waited else None
    return WaitingRecord(handle, patience)
