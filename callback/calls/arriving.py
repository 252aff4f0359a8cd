"""Use cases of a caller's arrival: the contact is written down before anything is said."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select

from callback.calls.call import Call, CallEvent, CallOutcome, CallStatus
from callback.ids import new_id
from callback.jobs import JobName
from callback.lines.line import Line
from callback.runtime import Work

_CALLS = (
    select(Call)
    .where(col(Call.call_sid).in_(bindparam("sids", expanding=True)))
    # Two who lock the same rows must do so in the same order.
    .order_by(Call.call_sid)
    .with_for_update()
)


async def find_call(work: Work, call_sid: str) -> Call | None:
    """Return the contact with the telephone company's name for it, locked for this work, or None."""
    found = await work.session.exec(
        select(Call).where(col(Call.call_sid) == call_sid).with_for_update()
    )
    return found.first()


async def find_calls(work: Work, call_sids: Collection[str]) -> dict[str, Call]:
    """Return contacts by the telephone company's names for them, locked for this work, where there are any."""
    found = await work.session.exec(_CALLS, params={"sids": list(call_sids)})
    return {call.call_sid: call for call in found}


async def answer(work: Work, line: Line, call_sid: str, number: str | None, language: str) -> Call:
    """Write down a contact that has just begun; asked twice for the same call, return the first row.

    Whether the number was served lately is only looked up where the line has supervisors to ask for.
    """
    known = await find_call(work, call_sid)
    if known is not None:
        return known
    call = Call(
        id=new_id(work.now),
        call_sid=call_sid,
        line_id=line.id,
        phone_number=number,
        language=language,
        arrived_at=work.now,
        is_repeat=bool(line.supervisor_skill) and await _was_served(work, line, number),
    )
    work.session.add(call)
    return call


async def _was_served(work: Work, line: Line, number: str | None) -> bool:
    if number is None:
        return False
    found = await work.session.exec(
        select(Call.id)
        .where(
            col(Call.phone_number) == number,
            col(Call.arrived_at) > work.now - timedelta(days=line.repeat_days),
            col(Call.line_id) == line.id,
            col(Call.outcome) == CallOutcome.ANSWERED,
        )
        .limit(1)
    )
    return found.first() is not None


def turn_away(work: Work, call: Call) -> None:
    """End a contact for which nothing can be done now."""
    call.end(work.now, CallOutcome.TURNED_AWAY)


def take_place_in_line(work: Work, call: Call, queue_sid: str) -> None:
    """Note that the caller is in the queue; the first time, see whether somebody is free."""
    call.queue_sid = queue_sid or call.queue_sid
    if call.status == CallStatus.ARRIVING:
        call.apply(CallEvent.ENQUEUE, work.now)
        work.wake(JobName.DISPATCH)
