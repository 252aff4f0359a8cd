"""How many of the agents whom a line's log shows are there for calls: the record for `presence_factor`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call, CallOutcome
from callback.calls.volumes import (
    QUARTER_SECONDS,
    count_volumes,
    is_demand,
    log_span,
    quarter_hour,
    waiting_record,
)
from callback.errors import InvalidInput
from callback.forecasting.intervals import DAY
from callback.forecasting.presence_factor import Service, agents_seen, presence_factor
from callback.lines.line import Line

INTERVAL = timedelta(minutes=30)
LONGEST = 92
"""Days of a log that one calibration may read."""


@dataclass(frozen=True)
class Presence:
    """A presence factor, and what it was worked out from.

    `calls` came while agents were seen; `abandoned` is the share (0–1) of them that hung up waiting.
    """

    factor: float
    days: int
    calls: int
    abandoned: float
    handle_seconds: float
    patience_seconds: float


async def measure_presence(session: AsyncSession, line: Line, days: int, now: datetime) -> Presence:
    """Return the presence factor of a line over the last `days` of its log (1 to 92).

    Only intervals in which agents are seen count; who answered is known only where the log names agents.

    Raises:
        InvalidInput: the log says too little; names what is missing.

    """
    if not 1 <= days <= LONGEST:
        raise InvalidInput("days", f"{days}; must be 1 to {LONGEST}")
    span = await log_span(session, line.id)
    if span is None:
        raise InvalidInput("log", f"nobody has called {line.name} yet")
    until = min(span.last + timedelta(seconds=1), now)
    last = until.astimezone(line.zone).date()
    first = last - (days - 1) * DAY
    volumes = await count_volumes(session, line.id, line.zone, first, last, INTERVAL.seconds // 60)
    since = volumes.starts[0]
    record = await waiting_record(session, line.id, since, until)
    if record.handle_seconds is None or record.patience_seconds is None:
        raise InvalidInput("log", "has no handle times, or nobody who hung up waiting")
    seen = agents_seen(await _services(session, line.id, since, until), volumes.starts, INTERVAL)
    gone = await _abandoned(session, line.id, since, until)
    calls, loads, abandoned = 0, [], 0
    for start, count, agents in zip(volumes.starts, volumes.counts, seen, strict=True):
        there = agents >= 1
        loads.append(count * record.handle_seconds / INTERVAL.seconds if there else 0.0)
        calls += count if there else 0
        abandoned += gone[int(start.timestamp()) // INTERVAL.seconds] if there else 0
    if not calls:
        raise InvalidInput("log", "names no agents who answered")
    share = abandoned / calls
    factor = presence_factor(loads, seen, share, record.handle_seconds, record.patience_seconds)
    return Presence(factor, days, calls, share, record.handle_seconds, record.patience_seconds)


async def _services(
    session: AsyncSession, line_id: str, since: datetime, until: datetime
) -> list[Service]:
    agent, begins, ends = col(Call.agent_id), col(Call.answered_at), col(Call.ended_at)
    found = await session.exec(
        select(agent, begins, ends).where(
            col(Call.line_id) == line_id,
            col(Call.arrived_at) >= since,
            col(Call.arrived_at) < until,
            agent.is_not(None),
            begins.is_not(None),
            ends > begins,
        )
    )
    return [(name, start, end) for name, start, end in found.all() if name and start and end]


async def _abandoned(
    session: AsyncSession, line_id: str, since: datetime, until: datetime
) -> Counter[int]:
    """Return how many hung up waiting in each interval, which is named by its number since 1970."""
    quarter = quarter_hour(col(Call.arrived_at)).label("quarter")
    statement = (
        select(quarter, func.count())
        .where(
            *is_demand(line_id),
            col(Call.outcome) == CallOutcome.ABANDONED,
            col(Call.wait_seconds) > 0,
            col(Call.arrived_at) >= since,
            col(Call.arrived_at) < until,
        )
        .group_by(quarter)
    )
    found: Counter[int] = Counter()
    for number, count in await (await session.connection()).execute(statement):
        found[number * QUARTER_SECONDS // INTERVAL.seconds] += count
    return found
