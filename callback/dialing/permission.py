"""May this callback be dialled now? The rules of `rules`, asked with what the database knows."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import case
from sqlmodel import col, func, select

from callback.dialing.leg import Leg, LegRole
from callback.dialing.rules import Refusal, Rule, check_hours, check_limits, check_number
from callback.dialogue.notices import Purpose
from callback.jobs import JobName
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.callback import Callback
from callback.promises.do_not_call import is_listed
from callback.promises.lifecycle import CallbackEvent
from callback.promises.texting import text
from callback.runtime import Work

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def may_be_dialed(work: Work, line: Line, callback: Callback) -> bool:
    """Ask every rule; where one says no, refuse the callback or put it off, and say which on its timeline."""
    agreed = Window(callback.promised_from, callback.promised_until)
    refusal = await refusal_of(work, line, callback.phone_number, agreed)
    if refusal is None:
        return True
    if refusal.until is None:
        callback.apply(CallbackEvent.REFUSE, work.now, f"{refusal.rule}: {refusal.reason}")
        if refusal.rule != Rule.DO_NOT_CALL:
            text(work, line, callback, Purpose.CALLED_OFF)
    else:
        callback.apply(CallbackEvent.RETRY, work.now, f"{refusal.rule}: {refusal.reason}")
        callback.reschedule(refusal.until)
        work.wake(JobName.FALL_DUE, callback.id, version=callback.version, at=refusal.until)
    return False


async def refusal_of(
    work: Work, line: Line, number: str, agreed: Window | None = None
) -> Refusal | None:
    """Return the first rule by which a line may not dial a number now, or None.

    `agreed` is the window in which the person expects the call; without one only lawful hours will do.
    """
    begins, ends = (agreed.start, agreed.until) if agreed is not None else (LONG_AGO, LONG_AGO)
    refusal = await _listed(work, number)
    refusal = refusal or check_number(number, line.may_be_dialed, line.blocked_prefixes)
    refusal = refusal or check_hours(number, work.now, begins, ends, line.zone)
    return refusal or await _used_up(work, line, number)


async def _listed(work: Work, number: str) -> Refusal | None:
    if await is_listed(work.session, number):
        return Refusal(Rule.DO_NOT_CALL, "the person asked never to be called")
    return None


async def _used_up(work: Work, line: Line, number: str) -> Refusal | None:
    local = work.now.astimezone(line.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    dialed = await work.session.exec(
        select(func.count(), func.count(case((col(Leg.to) == number, 1)))).where(
            col(Leg.role) == LegRole.PERSON,
            col(Leg.line_id) == line.id,
            col(Leg.placed_at) >= midnight,
        )
    )
    on_line, to_number = dialed.one()
    return check_limits(
        to_number, on_line, line.dials_per_number_per_day, line.dials_per_day, work.now, line.zone
    )
