"""What goes on on a line right now, and how the day has gone so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AgentStatus
from callback.calls.call import Call, CallOutcome, CallStatus, Direction
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.danger import endangered
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.promises.load import load_of


async def live_figures(session: AsyncSession, line: Line, now: datetime) -> dict[str, Any]:
    """Return the live figures of a line; counts of the day are of its local day so far."""
    midnight = now.astimezone(line.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    since = midnight.astimezone(now.tzinfo)
    estimate = (await load_of(session, line, now)).wait()
    oldest = await _oldest(session, line.id)
    return {
        "now": now.isoformat(),
        "line_id": line.id,
        "expected_wait_seconds": estimate and round(estimate.expected.total_seconds()),
        "oldest_seconds": (now - oldest) // timedelta(seconds=1) if oldest else 0,
        **await _calls(session, line.id, since),
        **await _promises(session, line.id, since, now),
        "in_danger": await _in_danger(session, line.id, now),
        "agents": await _agents(session, line.id),
    }


async def _oldest(session: AsyncSession, line_id: str) -> datetime | None:
    found = await session.exec(
        select(func.min(Call.arrived_at)).where(
            col(Call.line_id) == line_id,
            col(Call.status).in_([CallStatus.WAITING, CallStatus.RESERVED]),
        )
    )
    return found.one()


async def _calls(session: AsyncSession, line_id: str, since: datetime) -> dict[str, int]:
    rows = await session.exec(
        select(col(Call.status), col(Call.outcome), func.count(), func.count(col(Call.offered_at)))
        .where(
            col(Call.line_id) == line_id,
            col(Call.direction) == Direction.INBOUND,
            col(Call.arrived_at) >= since,
        )
        .group_by(col(Call.status), col(Call.outcome))
    )
    figures = {"calls": 0, "waiting": 0, "abandoned": 0, "offers": 0}
    for status, outcome, count, offered in rows.all():
        figures["calls"] += count
        figures["offers"] += offered
        if status in {CallStatus.WAITING, CallStatus.RESERVED}:
            figures["waiting"] += count
        if outcome == CallOutcome.ABANDONED:
            figures["abandoned"] += count
    return figures


async def _promises(
    session: AsyncSession, line_id: str, since: datetime, now: datetime
) -> dict[str, int]:
    rows = await session.exec(
        select(col(Callback.status), col(Callback.promise_kept), func.count())
        .where(col(Callback.line_id) == line_id, col(Callback.requested_at) >= since)
        .group_by(col(Callback.status), col(Callback.promise_kept))
    )
    figures = {"promises": 0, "promises_due": 0, "promises_open": 0, "kept": 0, "broken": 0}
    for status, kept, count in rows.all():
        figures["promises"] += count
        figures["promises_due"] += count if status == CallbackStatus.WAITING else 0
        figures["promises_open"] += count if status in OPEN else 0
        figures["kept"] += count if kept is True else 0
        figures["broken"] += count if kept is False else 0
    late = await session.exec(
        select(func.count())
        .select_from(Callback)
        .where(
            col(Callback.line_id) == line_id,
            col(Callback.promise_kept).is_(None),
            col(Callback.status).in_(OPEN),
            col(Callback.promised_until) < now,
        )
    )
    figures["broken"] += late.one()
    return figures


async def _in_danger(session: AsyncSession, line_id: str, now: datetime) -> int:
    danger = endangered(now).where(col(Callback.line_id) == line_id).subquery()
    return (await session.exec(select(func.count()).select_from(danger))).one()


async def _agents(session: AsyncSession, line_id: str) -> dict[str, int]:
    rows = await session.exec(
        select(col(Agent.status), func.count())
        .join(AgentLine, col(AgentLine.agent_id) == col(Agent.id))
        .where(col(AgentLine.line_id) == line_id)
        .group_by(col(Agent.status))
    )
    counted = {AgentStatus(status): count for status, count in rows.all()}
    return {status.value: counted.get(status, 0) for status in AgentStatus}
