"""Who waits and who is free at this moment, read off the database for the dispatcher."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select as sa_select
from sqlmodel import and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AgentStatus
from callback.calls.call import PUT_DOWN, Call, CallStatus
from callback.dialing.contact import Contact, ContactKind, FreeAgent
from callback.dialing.leg import LIVE, Leg, LegRole
from callback.dialing.reservation import Reservation, ReservationEnd
from callback.lines.hours import is_open
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.runtime import Work

GOODBYE_LASTS = timedelta(seconds=60)
"""The last words to somebody, and hers after a tone."""
NOT_AGAIN_FOR = timedelta(seconds=30)


async def free_agents(work: Work) -> list[FreeAgent]:
    """Return the agents who could take somebody now."""
    connection = await work.session.connection()
    rows = await connection.execute(
        sa_select(
            col(Agent.id),
            col(AgentLine.line_id),
            col(Agent.status_since),
            col(Agent.languages),
            col(Agent.skills),
        )
        .join(AgentLine, col(AgentLine.agent_id) == col(Agent.id))
        .where(
            col(Agent.status) == AgentStatus.AVAILABLE,
            # Her phone is engaged until the leg of the last offer is down, whatever her state.
            col(Agent.id).not_in(_agents_on_the_phone()),
            col(Agent.id).not_in(_who_listens_in()),
        )
    )
    lines: dict[str, set[str]] = {}
    agents = {}
    for row in rows.all():
        lines.setdefault(row.id, set()).add(row.line_id)
        agents[row.id] = row
    return [
        FreeAgent(
            agent.id,
            frozenset(lines[agent.id]),
            agent.status_since,
            frozenset(agent.languages),
            frozenset(agent.skills),
        )
        for agent in agents.values()
    ]


def _agents_on_the_phone() -> SelectOfScalar[str]:
    return (
        select(Reservation.agent_id)
        .join(Leg, col(Leg.reservation_id) == col(Reservation.id))
        .where(col(Leg.role) == LegRole.AGENT, col(Leg.status).in_(LIVE))
    )


def _who_listens_in() -> SelectOfScalar[str]:
    return (
        select(Agent.id)
        .join(Leg, col(Leg.agent_id) == col(Agent.id))
        .where(col(Leg.role) == LegRole.SUPERVISOR, col(Leg.status).in_(LIVE))
    )


async def waiting_calls(work: Work) -> list[Contact]:
    """Return the callers who wait in a queue."""
    connection = await work.session.connection()
    rows = await connection.execute(_WAITING)
    return [
        Contact(ContactKind.CALL, call, line, arrived_at, priority, skills=frozenset(skills))
        for call, line, arrived_at, priority, skills in rows
    ]


_WAITING = sa_select(
    col(Call.id), col(Call.line_id), col(Call.arrived_at), col(Call.priority), col(Call.skills)
).where(col(Call.status) == CallStatus.WAITING)


async def due_callbacks(work: Work, lines: dict[str, Line]) -> list[Contact]:
    """Return the callbacks that are due and may be dialled at this hour, of lines that are not paused."""
    at_work = await _agents_at_work(work)
    connection = await work.session.connection()
    found = await connection.execute(
        sa_select(*_READ)
        .outerjoin(Call, col(Call.id) == col(Callback.call_id))
        .where(
            col(Callback.status) == CallbackStatus.WAITING,
            # Nobody is rung while the goodbye of the call in which they asked still plays, nor before
            # the phone can have been put down.
            or_(
                col(Callback.call_id).is_(None),
                and_(
                    col(Call.status) == CallStatus.ENDED, col(Call.ended_at) <= work.now - PUT_DOWN
                ),
                col(Callback.requested_at) <= work.now - GOODBYE_LASTS,
            ),
        )
    )
    open_lines = {line.id for line in lines.values() if is_open(line, work.now)}
    return [
        _contact_of(row, lines[row.line_id], at_work)
        for row in found.all()
        if row.person_leg_id is not None
        or (
            not lines[row.line_id].paused
            and (row.line_id in open_lines or work.now <= row.promised_until)
        )
    ]


_READ = (
    col(Callback.id),
    col(Callback.line_id),
    col(Callback.arrived_at),
    col(Callback.due_at),
    col(Callback.priority),
    col(Callback.promised_until),
    col(Callback.promise_kept),
    col(Callback.person_leg_id),
    col(Callback.language),
    col(Callback.skills),
    col(Callback.preferred_agent_id),
)


async def _agents_at_work(work: Work) -> frozenset[str]:
    found = await work.session.exec(
        select(Agent.id).where(
            col(Agent.status).not_in([AgentStatus.AWAY, AgentStatus.OFFLINE]),
        )
    )
    return frozenset(found.all())


def _contact_of(callback: Any, line: Line, at_work: frozenset[str]) -> Contact:
    # Nobody is kept for an agent who is not there.
    preferred = callback.preferred_agent_id
    preferred = preferred if preferred in at_work else None
    kept_for = timedelta(minutes=line.preferred_agent_minutes)
    undecided = callback.promise_kept is None
    return Contact(
        ContactKind.CALLBACK,
        callback.id,
        callback.line_id,
        callback.arrived_at,
        callback.priority,
        promised_until=callback.promised_until if undecided else None,
        on_the_line=callback.person_leg_id is not None,
        language=callback.language,
        skills=frozenset(callback.skills),
        preferred_agent=preferred,
        preferred_until=None if preferred is None else callback.due_at + kept_for,
    )


async def not_again(work: Work) -> frozenset[tuple[str, str]]:
    """Return pairs (agent, contact) that were tried a moment ago and came to nothing."""
    rows = await work.session.exec(
        select(Reservation.agent_id, Reservation.call_id, Reservation.callback_id).where(
            # Only what has ended has this instant; asked by the state, SQLite would read all that ever ended.
            col(Reservation.ended_at) > work.now - NOT_AGAIN_FOR,
            col(Reservation.ending).in_([ReservationEnd.DECLINED, ReservationEnd.AGENT_NO_ANSWER]),
        )
    )
    return frozenset(
        (agent_id, call_id or callback_id or "") for agent_id, call_id, callback_id in rows
    )
