"""Use case: give those who wait to those who are free, in the one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Select, bindparam, exists
from sqlalchemy import select as sa_select
from sqlmodel import SQLModel, col, func, select

from callback.agents.agent import Agent
from callback.agents.presence import AgentStatus
from callback.calls.call import Call, CallStatus
from callback.dialing.acd import Match, match
from callback.dialing.contact import ContactKind
from callback.dialing.offering import Offers
from callback.dialing.permission import may_be_dialed
from callback.dialing.waiting_room import due_callbacks, free_agents, not_again, waiting_calls
from callback.jobs import JobName
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.promises.timeline import notes_together
from callback.runtime import Runtime, Work

DISPATCH_LOCK = 0x44495350
ROUND = 250
DECIDED_PART = 4
LOOK_AGAIN_AFTER = timedelta(seconds=1)
NEXT_ROUND = "next"
"""What more is decided for: any worker may do so, while this one places its legs."""

Row = TypeVar("Row", bound=SQLModel)


@dataclass
class Decision:
    """Who is given to whom, as far as it is still to be carried out, and how many have been `served`.

    There may be `more` to decide, since a long line is not decided to its end at once.
    """

    lines: Mapping[str, Line]
    matches: list[Match]
    more: bool
    served: int = 0


async def serve_who_waits(runtime: Runtime) -> int:
    """Dispatch, if a look without any lock finds somebody who waits and somebody who is free."""
    now = runtime.clock.now()
    async with runtime.database.reading() as session:
        connection = await session.connection()
        wrapped_up, free, waiting, due = (await connection.execute(_WORTH_IT, {"now": now})).one()
    if not wrapped_up and not (free and (waiting or due)):
        return 0
    async with runtime.work() as work:
        decision = await decide(work)
        await carry_out(work, decision)
    while decision.matches:
        async with runtime.work() as work:
            await carry_out(work, decision)
    return decision.served


def _worth_it() -> Select[bool, bool, bool, bool]:
    wrapped_up = col(Agent.status) == AgentStatus.WRAP_UP
    return sa_select(
        exists().where(wrapped_up, col(Agent.wrap_up_until) <= bindparam("now")),
        exists().where(col(Agent.status) == AgentStatus.AVAILABLE),
        exists().where(col(Call.status) == CallStatus.WAITING),
        exists().where(col(Callback.status) == CallbackStatus.WAITING),
    )


_WORTH_IT = _worth_it()


async def decide(work: Work) -> Decision:
    """Match waiting callers and due callbacks to free agents, as all of them stand now.

    Reading them all is what a long line costs; so as much as a quarter of it is decided at once.
    """
    await _alone(work)
    await _end_wrap_ups(work)
    agents = await free_agents(work)
    if not agents:
        return Decision({}, [], more=False)
    lines = {line.id: line for line in (await work.session.exec(select(Line))).all()}
    contacts = [*await waiting_calls(work), *await due_callbacks(work, lines)]
    most = max(ROUND, len(contacts) // DECIDED_PART)
    matches = match(contacts, agents, work.now, await not_again(work), most)
    return Decision(lines, matches, more=len(matches) == most)


async def carry_out(work: Work, decision: Decision) -> None:
    """Reserve the next round of what was decided, as far as all is still as it was.

    A round is so small that others need not wait long for their turn to write. After the last, more is
    decided if there may be more. Where nothing is as it was, another dispatcher is carrying out the same.
    """
    await _alone(work)
    matches, decision.matches = decision.matches[:ROUND], decision.matches[ROUND:]
    served = 0
    if matches:
        async with notes_together(work):
            served = await _reserve(work, decision.lines, matches)
    decision.served += served
    if decision.matches and not served:
        decision.matches = []
        work.wake(JobName.DISPATCH, NEXT_ROUND, at=work.now + LOOK_AGAIN_AFTER)
    elif decision.more and decision.served and not decision.matches:
        work.wake(JobName.DISPATCH, NEXT_ROUND)


async def _alone(work: Work) -> None:
    """Wait until no other dispatcher is at work: two at once could serve people out of order.

    That is a transaction lock on PostgreSQL, which may be taken twice; on SQLite every writer is alone.
    """
    if work.session.get_bind().dialect.name == "postgresql":
        await work.session.exec(select(func.pg_advisory_xact_lock(DISPATCH_LOCK)))


async def _end_wrap_ups(work: Work) -> None:
    found = await work.session.exec(
        select(Agent)
        .where(col(Agent.status) == AgentStatus.WRAP_UP, col(Agent.wrap_up_until) <= work.now)
        .with_for_update(skip_locked=True)
    )
    for agent in found.all():
        agent.end_wrap_up(work.now)
    await work.session.flush()


async def _lock(work: Work, kind: type[Row], identifiers: list[str]) -> dict[str, Row]:
    """Return rows as they are now, locked for this work, without those that somebody else is at work on.

    The dispatcher locks many rows and waits for none of them, since whoever holds one may be waiting for
    another; it asks to be woken again instead.
    """
    if not identifiers:
        return {}
    identifier = col(kind.id)  # type: ignore[attr-defined]
    found = await work.session.exec(
        select(kind)
        .where(identifier.in_(identifiers))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = {str(row.id): row for row in found.all()}  # type: ignore[attr-defined]
    if len(rows) < len(identifiers):
        work.wake(JobName.DISPATCH)
    return rows


async def _reserve(work: Work, lines: Mapping[str, Line], matches: Sequence[Match]) -> int:
    """Reserve what was matched and is still as it was; return how many that were."""
    wanted: dict[ContactKind, list[str]] = {kind: [] for kind in ContactKind}
    for found in matches:
        wanted[found.contact.kind].append(found.contact.id)
    calls = await _lock(work, Call, wanted[ContactKind.CALL])
    callbacks = await _lock(work, Callback, wanted[ContactKind.CALLBACK])
    agents = await _lock(work, Agent, [found.agent.id for found in matches])
    permitted = await may_be_dialed(
        work,
        [
            (lines[callback.line_id], callback)
            for callback in (callbacks.get(found.contact.id) for found in matches)
            if callback is not None
            and callback.status == CallbackStatus.WAITING
            and callback.person_leg_id is None
        ],
    )
    offers = Offers(work, lines)
    for found in matches:
        agent = agents.get(found.agent.id)
        call, callback = calls.get(found.contact.id), callbacks.get(found.contact.id)
        if agent is None or agent.status != AgentStatus.AVAILABLE:
            continue
        if call is not None and call.status == CallStatus.WAITING:
            offers.offer_call(agent, call, found)
            continue
        if callback is None or callback.status != CallbackStatus.WAITING:
            continue
        if callback.person_leg_id is not None or callback.id in permitted:
            await offers.offer_callback(agent, callback, found)
    return await offers.write()
