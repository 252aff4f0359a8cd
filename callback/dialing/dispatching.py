"""Use case: give those who wait to those who are free, in the one order."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, bindparam, exists
from sqlalchemy import select as sa_select
from sqlmodel import SQLModel, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from callback.agents.agent import Agent
from callback.agents.presence import AgentEvent, AgentStatus
from callback.calls.call import Call, CallEvent, CallStatus
from callback.dialing.acd import ContactKind, Match, match
from callback.dialing.case import Case
from callback.dialing.leg import Leg, LegRole
from callback.dialing.permission import may_be_dialed
from callback.dialing.reservation import (
    Reservation,
    ReservationStatus,
)
from callback.dialing.waiting_room import due_callbacks, free_agents, not_again, waiting_calls
from callback.ids import new_id
from callback.jobs import JobName
from callback.lines.line import DialOrder, Line
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent, CallbackStatus
from callback.runtime import Runtime, Work

DISPATCH_LOCK = 0x44495350

Row = TypeVar("Row", bound=SQLModel)


async def serve_who_waits(runtime: Runtime) -> int:
    """Dispatch, if a look without any lock finds somebody who waits and somebody who is free."""
    now = runtime.clock.now()
    async with runtime.database.reading() as session:
        connection = await session.connection()
        wrapped_up, free, waiting, due = (await connection.execute(_WORTH_IT, {"now": now})).one()
    if not wrapped_up and not (free and (waiting or due)):
        return 0
    async with runtime.work() as work:
        return await dispatch(work)


def _worth_it() -> Select[bool, bool, bool, bool]:
    wrapped_up = col(Agent.status) == AgentStatus.WRAP_UP
    return sa_select(
        exists().where(wrapped_up, col(Agent.wrap_up_until) <= bindparam("now")),
        exists().where(col(Agent.status) == AgentStatus.AVAILABLE),
        exists().where(col(Call.status) == CallStatus.WAITING),
        exists().where(col(Callback.status) == CallbackStatus.WAITING),
    )


_WORTH_IT = _worth_it()


async def dispatch(work: Work) -> int:
    """Match waiting callers and due callbacks to free agents; return how many were matched.

    Only one dispatcher decides at a time (a transaction lock on PostgreSQL; on SQLite every writer is
    alone), because two that decide at once could serve people out of order.
    """
    if work.session.get_bind().dialect.name == "postgresql":
        await work.session.exec(select(func.pg_advisory_xact_lock(DISPATCH_LOCK)))
    await _end_wrap_ups(work)
    agents = await free_agents(work)
    if not agents:
        return 0
    lines = {line.id: line for line in (await work.session.exec(select(Line))).all()}
    contacts = [*await waiting_calls(work), *await due_callbacks(work, lines)]
    matches = match(contacts, agents, work.now, await not_again(work))
    return sum([await _reserve(work, lines[found.contact.line_id], found) for found in matches])


async def _end_wrap_ups(work: Work) -> None:
    found = await work.session.exec(
        select(Agent)
        .where(col(Agent.status) == AgentStatus.WRAP_UP, col(Agent.wrap_up_until) <= work.now)
        .with_for_update(skip_locked=True)
    )
    for agent in found.all():
        agent.end_wrap_up(work.now)
    await work.session.flush()


async def _lock(work: Work, query: SelectOfScalar[Row]) -> Row | None:
    """Return a row as it is now, locked for this work; None while somebody else is at work on it.

    The dispatcher locks many rows and waits for none of them, since whoever holds one may be waiting for
    another; it asks to be woken again instead.
    """
    found = await work.session.exec(
        query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    )
    row = found.first()
    if row is None:
        work.wake(JobName.DISPATCH)
    return row


async def _reserve(work: Work, line: Line, found: Match) -> bool:
    agent = await _lock(work, select(Agent).where(col(Agent.id) == found.agent.id))
    if agent is None or agent.status != AgentStatus.AVAILABLE:
        return False
    if found.contact.kind == ContactKind.CALL:
        case = await _reserve_call(work, line, agent, found)
    else:
        case = await _reserve_callback(work, line, agent, found)
    if case is None:
        return False
    agent.apply(AgentEvent.RESERVE, work.now)
    await work.session.flush()
    return True


def _new_case(
    work: Work, line: Line, agent: Agent, found: Match, status: ReservationStatus
) -> Case:
    identifier = new_id(work.now)
    reservation = Reservation(
        id=identifier,
        agent_id=agent.id,
        line_id=line.id,
        status=status,
        conference=identifier,
        reason=found.reason,
        created_at=work.now,
    )
    return Case(work, reservation, agent, line, None, None, [])


async def _reserve_call(work: Work, line: Line, agent: Agent, found: Match) -> Case | None:
    call = await _lock(work, select(Call).where(col(Call.id) == found.contact.id))
    if call is None or call.status != CallStatus.WAITING:
        return None
    call.apply(CallEvent.RESERVE, work.now)
    case = _new_case(work, line, agent, found, ReservationStatus.ASKING)
    case.call = call
    case.reservation.call_id = call.id
    work.session.add(case.reservation)
    await work.session.flush()
    case.plan_leg(LegRole.AGENT, agent.endpoint)
    return case


async def _reserve_callback(work: Work, line: Line, agent: Agent, found: Match) -> Case | None:
    callback = await _lock(work, select(Callback).where(col(Callback.id) == found.contact.id))
    if callback is None or callback.status != CallbackStatus.WAITING:
        return None
    if callback.person_leg_id is None and not await may_be_dialed(work, line, callback):
        return None
    detail = agent.name if found.reason == "place_in_line" else f"{agent.name}: {found.reason}"
    callback.apply(CallbackEvent.RESERVE, work.now, detail)
    person_first = line.dial_order == DialOrder.CUSTOMER_FIRST and callback.person_leg_id is None
    status = ReservationStatus.HOLDING if person_first else ReservationStatus.ASKING
    case = _new_case(work, line, agent, found, status)
    case.callback = callback
    case.reservation.callback_id = callback.id
    work.session.add(case.reservation)
    await work.session.flush()
    if callback.person_leg_id is not None:
        await _move_in(case, callback.person_leg_id)
    if person_first:
        callback.apply(CallbackEvent.DIAL, work.now)
        case.plan_attempt(callback)
    else:
        case.plan_leg(LegRole.AGENT, agent.endpoint)
    return case


async def _move_in(case: Case, person_leg_id: str) -> None:
    leg = await case.work.session.get_one(Leg, person_leg_id, with_for_update=True)
    earlier = await case.work.session.get_one(Reservation, leg.reservation_id)
    case.reservation.conference = earlier.conference
    leg.reservation_id = case.reservation.id
