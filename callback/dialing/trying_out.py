"""Use cases of a trial call: ask for one, place it, learn what became of it. Claim, commit, call, record."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.dialing.leg import LEASE, LIVE, Leg, LegEvent, LegOutcome, LegStatus
from callback.dialing.pacing import next_turns
from callback.dialing.permission import refusal_of
from callback.dialing.trial_call import KEPT_FOR, STALE_AFTER, TrialCall
from callback.errors import (
    CallGone,
    NotFound,
    TelephonyError,
    TelephonyRefused,
    TelephonyUncertain,
)
from callback.ids import new_id
from callback.jobs import JobName
from callback.limits import Limit, use
from callback.lines.directory import get_line, numbers_of
from callback.lines.line import Line
from callback.pace import Turn
from callback.phone import parse_number
from callback.runtime import Runtime, Work
from callback.telephony.port import ENDED_STATES, CallOrder, CallState, KnownCall

log = logging.getLogger(__name__)

BY_USER = Limit("trial-call-user", 10, timedelta(hours=1))
TO_NUMBER = Limit("trial-call-number", 6, timedelta(days=1))
IN_ALL = Limit("trial-call", 50, timedelta(days=1))
TOO_OFTEN = "too_often"
LIMIT_SECONDS = 60
CLOCKS_DIFFER = timedelta(seconds=10)
OUTCOMES = {
    CallState.COMPLETED: LegOutcome.COMPLETED,
    CallState.BUSY: LegOutcome.BUSY,
    CallState.NO_ANSWER: LegOutcome.NO_ANSWER,
    CallState.FAILED: LegOutcome.FAILED,
    CallState.CANCELED: LegOutcome.CANCELED,
}


async def ask_for_trial(work: Work, line_id: str, number: str, by: str) -> TrialCall:
    """Owe a trial call to a number, or write down by which rule it was refused.

    Every rule of dialling counts, lawful hours too: that the number is hers only the asker says. One that is
    under way to the same number is returned instead of a second.

    Raises:
        NotFound: there is no such line.
        InvalidInput: that is no phone number.

    """
    line = await get_line(work.session, line_id)
    to = parse_number(number, line.country)
    # Counted first: of two that ask at once the second waits here, and then sees the first one's call.
    too_often = await _too_often(work, to, by)
    found = await work.session.exec(
        select(TrialCall).where(col(TrialCall.to) == to, col(TrialCall.status).in_(LIVE))
    )
    if under_way := found.first():
        return under_way
    await work.session.exec(
        delete(TrialCall).where(col(TrialCall.created_at) < work.now - KEPT_FOR)
    )
    trial = TrialCall(
        id=new_id(work.now),
        line_id=line.id,
        to=to,
        asked_by=by,
        created_at=work.now,
        not_before=work.now,
    )
    work.session.add(trial)
    why = await _forbidden(work, line, to) or too_often
    if why:
        trial.end(work.now, LegOutcome.REFUSED, why)
    else:
        work.wake(JobName.PLACE_TRIAL, trial.id)
    return trial


async def _forbidden(work: Work, line: Line, number: str) -> str:
    refusal = await refusal_of(work, line, number)
    return "" if refusal is None else refusal.rule.value


async def _too_often(work: Work, number: str, by: str) -> str:
    for limit, subject in ((BY_USER, by), (TO_NUMBER, number), (IN_ALL, "")):
        if not await use(work.session, limit, subject, work.now):
            return TOO_OFTEN
    return ""


async def place_trial(runtime: Runtime, trial_id: str) -> bool:
    """Place a trial call, once and never again; tell whether a call was placed."""
    turn = await _turn(runtime, trial_id)
    async with runtime.work() as work:
        order = await _claim(runtime, work, trial_id, turn)
    if order is None:
        return False
    try:
        call_sid = await runtime.telephony.place_call(order)
    except TelephonyUncertain as error:
        log.warning("trial call %s may have been placed (%s); asking later", trial_id, error)
        return False
    except TelephonyError as error:
        why = "refused" if isinstance(error, TelephonyRefused) else "unavailable"
        async with runtime.work() as work:
            trial = await _locked(work, trial_id)
            trial.end(work.now, LegOutcome.FAILED, why, error.code)
        return False
    async with runtime.work() as work:
        (await _locked(work, trial_id)).bind(call_sid, work.now)
    return True


async def _turn(runtime: Runtime, trial_id: str) -> datetime | None:
    if not runtime.settings.twilio_calls_per_second:
        return None
    async with runtime.database.reading() as session:
        trial = await session.get(TrialCall, trial_id)
    if trial is None or trial.status != LegStatus.PLANNED:
        return None
    now = runtime.clock.now()
    wait = await runtime.pace.wait_for(Turn(trial.id, trial.line_id, trial.created_at), now)
    return None if wait is None else now + wait


async def _claim(
    runtime: Runtime, work: Work, trial_id: str, turn: datetime | None
) -> CallOrder | None:
    if turn is None or turn <= work.now:
        turn = (await next_turns(work, {trial_id: turn}, runtime.settings))[trial_id]
    trial = await work.session.get(TrialCall, trial_id, with_for_update=True)
    if trial is None or trial.status != LegStatus.PLANNED or trial.not_before > work.now:
        return None
    line = await get_line(work.session, trial.line_id)
    if work.now > trial.created_at + STALE_AFTER:
        trial.end(work.now, LegOutcome.CANCELED, "stale")
        return None
    if turn > work.now:
        trial.not_before = turn
        work.wake(JobName.PLACE_TRIAL, trial.id, at=turn)
        return None
    if why := await _forbidden(work, line, trial.to):
        trial.end(work.now, LegOutcome.REFUSED, why)
        return None
    trial.apply(LegEvent.CLAIM, work.now)
    trial.claimed_until = work.now + LEASE
    return CallOrder(
        to=trial.to,
        caller_id=(await numbers_of(work.session, line.id))[0],
        answer_url=runtime.addresses.trial(trial.id, "answered"),
        status_url=runtime.addresses.trial_status(trial.id),
        ring_seconds=line.ring_seconds,
        limit_seconds=LIMIT_SECONDS,
    )


async def _locked(work: Work, trial_id: str) -> TrialCall:
    trial = await work.session.get(TrialCall, trial_id, with_for_update=True)
    if trial is None:
        raise NotFound("trial call", trial_id)
    return trial


async def trial_on_the_line(work: Work, trial_id: str, call_sid: str) -> tuple[TrialCall, Line]:
    """Return a trial call that has just been answered, and its line.

    Raises:
        NotFound: there is no such call, or its line is gone.

    """
    trial = await _locked(work, trial_id)
    trial.bind(call_sid, work.now)
    trial.answer(work.now)
    return trial, await get_line(work.session, trial.line_id)


async def apply_trial_event(
    work: Work, trial_id: str, call_sid: str, state: CallState | None, at: datetime
) -> str:
    """Take over what the telephone company told of a trial call; return what came of it."""
    if state is None:
        return "of no state that we know"
    trial = await _locked(work, trial_id)
    trial.bind(call_sid, at)
    if trial.call_sid != call_sid:
        return "of another call"
    if state == CallState.RINGING and trial.rang_at is None:
        trial.rang_at = at
    if not trial.live:
        return "late"
    _learn(trial, state, work.now)
    return "applied"


def _learn(trial: TrialCall, state: CallState, now: datetime) -> None:
    if state == CallState.IN_PROGRESS:
        trial.answer(now)
    elif state in ENDED_STATES:
        trial.end(now, OUTCOMES[state])


async def resolve_trial(runtime: Runtime, trial_id: str) -> bool:
    """Ask the telephone company what became of a trial call that has been silent; it is never placed again."""
    async with runtime.work() as work:
        trial = await work.session.get(TrialCall, trial_id, with_for_update=True)
        if trial is None or not trial.live or trial.status == LegStatus.PLANNED:
            return False
        if trial.claimed_until is not None and trial.claimed_until > work.now:
            return False  # another sweep is asking
        trial.claimed_until = work.now + LEASE
        call_sid, to, since = trial.call_sid, trial.to, trial.created_at - CLOCKS_DIFFER
    try:
        known = await _ask(runtime, call_sid, to, since)
    except TelephonyError as error:
        log.warning("cannot ask what became of trial call %s: %s", trial_id, error)
        return False
    async with runtime.work() as work:
        trial = await _locked(work, trial_id)
        if known is None:
            trial.end(work.now, LegOutcome.FAILED, "unavailable")
        else:
            trial.bind(known.call_sid, work.now)
            _learn(trial, known.state, work.now)
    return True


async def _ask(
    runtime: Runtime, call_sid: str | None, to: str, since: datetime
) -> KnownCall | None:
    if call_sid is None:
        found = await runtime.telephony.find_calls(to, since)
        async with runtime.database.reading() as session:
            strangers = await call_sids_in_use(session, [each.call_sid for each in found])
        return next((each for each in found if each.call_sid not in strangers), None)
    try:
        return await runtime.telephony.fetch_call(call_sid)
    except CallGone:
        return KnownCall(call_sid, CallState.FAILED, None)


async def call_sids_in_use(session: AsyncSession, call_sids: list[str]) -> set[str]:
    """Return those of the telephone company's names that legs or trial calls are known by already."""
    legs = await session.exec(select(Leg.call_sid).where(col(Leg.call_sid).in_(call_sids)))
    trials = await session.exec(
        select(TrialCall.call_sid).where(col(TrialCall.call_sid).in_(call_sids))
    )
    return {each for each in (*legs.all(), *trials.all()) if each is not None}


async def newest_trials(session: AsyncSession, most: int) -> list[tuple[TrialCall, Line]]:
    """Return the latest trial calls with their lines, the newest first."""
    found = await session.exec(
        select(TrialCall, Line)
        .join(Line, col(Line.id) == col(TrialCall.line_id))
        .order_by(col(TrialCall.created_at).desc(), col(TrialCall.id).desc())
        .limit(most)
    )
    return list(found.all())
