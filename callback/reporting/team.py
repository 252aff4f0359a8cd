"""How agents did in a week, and whom to thank for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func
from sqlalchemy import select as sa_select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.calls.call import Call, Direction
from callback.promises.callback import Callback

MOST_THANKED = 5


@dataclass(frozen=True)
class AgentRecord:
    """What an agent did: live calls and callbacks answered, promises kept by her, mean handle time.

    Handle time is told to plan with, not to rank by: who takes the hard calls takes longer.
    """

    name: str
    calls: int = 0
    callbacks: int = 0
    kept: int = 0
    handle_seconds: float | None = None


async def team_record(
    session: AsyncSession, line_id: str, since: datetime, until: datetime
) -> list[AgentRecord]:
    """Return the record of each agent of a line over what was answered in a stretch of time, by name."""
    is_callback = col(Call.direction) == Direction.CALLBACK
    kept = case((is_callback & col(Callback.promise_kept).is_(True), 1), else_=0)
    statement = (
        sa_select(
            col(Agent.name),
            func.sum(case((is_callback, 0), else_=1)),
            func.sum(case((is_callback, 1), else_=0)),
            func.sum(kept),
            func.avg(col(Call.handle_seconds)),
        )
        .select_from(Call)
        .join(Agent, col(Agent.id) == col(Call.agent_id))
        .outerjoin(Callback, col(Callback.id) == col(Call.callback_id))
        .where(
            col(Call.line_id) == line_id,
            col(Call.direction).in_([Direction.INBOUND, Direction.CALLBACK]),
            col(Call.answered_at) >= since,
            col(Call.answered_at) < until,
        )
        .group_by(col(Agent.id), col(Agent.name))
    )
    connection = await session.connection()
    found = [
        AgentRecord(name, int(calls), int(callbacks), int(promises), handle)
        for name, calls, callbacks, promises, handle in await connection.execute(statement)
    ]
    named = {each.name for each in found}
    others = sa_select(col(Agent.name)).where(
        col(Agent.id).in_(
            sa_select(col(AgentLine.agent_id)).where(col(AgentLine.line_id) == line_id)
        )
    )
    idle = [AgentRecord(name) for (name,) in await connection.execute(others) if name not in named]
    return sorted([*found, *idle], key=lambda each: each.name)


def to_thank(records: list[AgentRecord]) -> list[AgentRecord]:
    """Return those who kept the most promises, then those who answered the most calls; at most five."""
    earned = [each for each in records if each.kept or each.calls or each.callbacks]
    earned.sort(key=lambda each: (-each.kept, -(each.calls + each.callbacks), each.name))
    return earned[:MOST_THANKED]
