"""The load of a line: who waits, who is at work, how long calls take; and the wait that it means."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, case
from sqlalchemy import select as sa_select
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AT_WORK, AgentStatus
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.lines.line import Line
from callback.lines.wait import (
    RECENT_CALLS,
    RECENT_WAITS,
    WaitEstimate,
    estimate_wait,
    estimate_wait_for_skill,
    leaving_rate,
    mean_handle,
)
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus


@dataclass(frozen=True)
class Load:
    """A line at one moment: contacts before somebody who arrived at a certain time, agents, handle time.

    `skilled` is how many of the agents have the skills that somebody asks for, None if she asks for none.
    `promised` of those ahead wait for our call and cannot hang up; the others do at the rate `leaving` (1/s).
    """

    ahead: int
    free_agents: int
    agents: int
    handle: timedelta
    skilled: int | None = None
    promised: int = 0
    leaving: float = 0.0

    def wait(self) -> WaitEstimate | None:
        """Return the wait that this load means, None with nobody at work."""
        leaving = self.leaving * (self.ahead - self.promised) / self.ahead if self.ahead else 0.0
        if self.skilled is not None:
            return estimate_wait_for_skill(
                self.ahead, self.free_agents, self.agents, self.skilled, self.handle, leaving
            )
        return estimate_wait(self.ahead, self.free_agents, self.agents, self.handle, leaving)


def _waiting(table: type[Call] | type[Callback], waiting: str) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(table)
        .where(
            col(table.line_id) == bindparam("line_id"),
            col(table.status) == waiting,
            col(table.arrived_at) < bindparam("arrived_at"),
        )
        .scalar_subquery()
    )


def _agents(statuses: Iterable[AgentStatus]) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Agent)
        .join(AgentLine, col(AgentLine.agent_id) == col(Agent.id))
        .where(
            col(AgentLine.line_id) == bindparam("line_id"), col(Agent.status).in_(list(statuses))
        )
        .scalar_subquery()
    )


def _load_statement() -> Select[Any]:
    recent = (
        select(col(Call.handle_seconds))
        .where(col(Call.line_id) == bindparam("line_id"), col(Call.handle_seconds) > 0)
        .order_by(col(Call.arrived_at).desc())
        .limit(RECENT_CALLS)
        .subquery()
    )
    latest = (
        select(col(Call.wait_seconds), col(Call.outcome))
        .where(col(Call.line_id) == bindparam("line_id"))
        .order_by(col(Call.arrived_at).desc())
        .limit(RECENT_WAITS)
        .subquery()
    )
    hung_up = case((latest.c.outcome == CallOutcome.ABANDONED, 1), else_=0)
    return sa_select(
        _waiting(Call, CallStatus.WAITING),
        _waiting(Callback, CallbackStatus.WAITING),
        _agents([AgentStatus.AVAILABLE]),
        _agents(AT_WORK),
        select(func.count(recent.c.handle_seconds)).scalar_subquery(),
        select(func.sum(recent.c.handle_seconds)).scalar_subquery(),
        select(func.sum(hung_up)).select_from(latest).scalar_subquery(),
        select(func.sum(latest.c.wait_seconds)).scalar_subquery(),
    )


# Asked for at every announcement to every waiting caller: putting it together costs more than answering it.
_LOAD = _load_statement()
_SKILLS = (
    sa_select(col(Agent.skills))
    .join(AgentLine, col(AgentLine.agent_id) == col(Agent.id))
    .where(col(AgentLine.line_id) == bindparam("line_id"), col(Agent.status).in_(list(AT_WORK)))
)


async def skills_at_work(session: AsyncSession, line_id: str) -> tuple[frozenset[str], ...]:
    """Return the skills of each agent at work on a line who has any."""
    connection = await session.connection()
    rows = (await connection.execute(_SKILLS, {"line_id": line_id})).scalars()
    return tuple(frozenset(skills) for skills in rows if skills)


def with_skills(agents: Iterable[frozenset[str]], wanted: Collection[str]) -> int:
    """Return how many agents, of whom these are the skills, have all that are wanted."""
    return sum(skills.issuperset(wanted) for skills in agents)


async def load_of(session: AsyncSession, line: Line, arrived_at: datetime) -> Load:
    """Return the load that stands before somebody who arrived at `arrived_at`, in one question."""
    connection = await session.connection()
    row = (await connection.execute(_LOAD, {"line_id": line.id, "arrived_at": arrived_at})).one()
    calls, callbacks, free, at_work, handled, seconds, hung_up, waited = row
    handle = mean_handle(int(handled), float(seconds or 0), line.expected_handle_seconds)
    return Load(
        ahead=calls + callbacks,
        free_agents=free,
        agents=at_work,
        handle=handle,
        promised=callbacks,
        leaving=leaving_rate(int(hung_up or 0), float(waited or 0)),
    )
