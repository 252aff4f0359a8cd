"""The sweep: finds what is due and not moving, needs nothing but the database, and asks before it redials.

Every worker runs it about once a second. It is the second of two ways in which everything gets done; the
first is a wake-up, which may be lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from callback.dialing.case import case_of_leg
from callback.dialing.dialer import end_leg, pull_caller
from callback.dialing.dispatching import serve_who_waits
from callback.dialing.end_of_day import carry_over
from callback.dialing.events import OUTCOMES, apply_event
from callback.dialing.leg import LEASE, Leg, LegEvent, LegStatus
from callback.dialing.outcomes import answered, leg_over, never_placed, placed
from callback.dialing.overdue import CHECK_EVERY, look
from callback.dialing.placing import place_legs
from callback.dialing.queued_calls import call_off, is_stale, never_rang
from callback.dialing.silent_calls import resolve_call
from callback.dialing.trying_out import call_sids_in_use, place_trial, resolve_trial
from callback.dialogue.notices import Purpose
from callback.errors import CallGone, TelephonyError
from callback.jobs import JobName
from callback.lines.directory import get_line
from callback.messages.outbox import resolve_text, send_text
from callback.promises.callback import Callback
from callback.promises.danger import alert
from callback.promises.falling_due import give_places
from callback.promises.lifecycle import CallbackEvent, CallbackStatus
from callback.promises.note import throw_away
from callback.promises.texting import text
from callback.runtime import Runtime
from callback.telephony.port import ENDED_STATES, CallState, KnownCall

log = logging.getLogger(__name__)

_Step = Callable[[Runtime, str], Coroutine[Any, Any, object]]

CLOCKS_DIFFER = timedelta(seconds=10)
CERTAIN_FOR = timedelta(seconds=30)


async def sweep(runtime: Runtime) -> int:
    """Do everything that is overdue; return how many things were found to do.

    What fails is logged and does not keep the rest from being done; the next sweep finds it again.
    """
    overdue = await look(runtime)
    await _each(runtime, overdue.events, apply_event)
    await _each(runtime, overdue.in_danger, _alert)
    await _each(runtime, overdue.left_over, _carry_over)
    done = await give_places(runtime) if overdue.due else 0
    done += await _expire(runtime, overdue.expired) + await serve_who_waits(runtime)
    done += await place_legs(runtime, overdue.planned_legs) if overdue.planned_legs else 0
    steps: tuple[tuple[Sequence[str], _Step], ...] = (
        (overdue.unpulled, pull_caller),
        (overdue.unwanted_legs, end_leg),
        (overdue.silent_legs, resolve_leg),
        (overdue.unsent_texts, send_text),
        (overdue.silent_texts, resolve_text),
        (overdue.silent_calls, resolve_call),
        (overdue.old_notes, throw_away),
        (overdue.unplaced_trials, place_trial),
        (overdue.silent_trials, resolve_trial),
    )
    for identifiers, step in steps:
        await _each(runtime, identifiers, step)
    told = len(overdue.events) + len(overdue.in_danger) + len(overdue.left_over)
    return done + told + sum(len(identifiers) for identifiers, _ in steps)


async def _each(runtime: Runtime, identifiers: Sequence[str], step: _Step) -> None:
    for identifier in identifiers:
        try:
            await step(runtime, identifier)
        except Exception:
            log.exception("%s failed for %s", step.__name__, identifier)


async def _alert(runtime: Runtime, callback_id: str) -> None:
    async with runtime.work() as work:
        await alert(work, callback_id)


async def _carry_over(runtime: Runtime, callback_id: str) -> None:
    async with runtime.work() as work:
        await carry_over(work, callback_id)


async def _expire(runtime: Runtime, callback_ids: Sequence[str]) -> int:
    if not callback_ids:
        return 0
    done = 0
    async with runtime.work() as work:
        # In one order, so that two sweeps that find the same do not wait for each other in a circle.
        for callback_id in sorted(callback_ids):
            callback = await work.session.get_one(Callback, callback_id, with_for_update=True)
            if callback.status == CallbackStatus.WAITING:
                callback.apply(CallbackEvent.EXPIRE, work.now, "a day after its window")
                line = await get_line(work.session, callback.line_id)
                text(work, line, callback, Purpose.CALLED_OFF)
                done += 1
    return done


async def resolve_leg(runtime: Runtime, leg_id: str) -> bool:
    """Ask the telephone company what became of a leg that has been silent for too long.

    One that is still queued is called off. One whose placing was never answered is looked for by the number it
    was to ring; only when no call of ours is found there is it placed again.
    """
    async with runtime.work() as work:
        leg = await work.session.get(Leg, leg_id, with_for_update=True)
        if leg is None or leg.status == LegStatus.ENDED:
            return False
        if leg.claimed_until is not None and leg.claimed_until > work.now:
            return False  # another sweep is asking
        leg.claimed_until = work.now + LEASE
        call_sid, to, status, placed_at = leg.call_sid, leg.to, leg.status, leg.placed_at
        # Not since the last claim: the claim is renewed whenever somebody asks, and the call is older.
        since = leg.created_at - CLOCKS_DIFFER
    try:
        if call_sid is not None:
            known = await runtime.telephony.fetch_call(call_sid)
            if is_stale(known, placed_at, runtime.clock.now()):
                known = await call_off(runtime, known)
            await _learn(runtime, leg_id, known)
            return True
        found = await runtime.telephony.find_calls(to, since)
    except CallGone:
        await _learn(runtime, leg_id, KnownCall(call_sid or "", CallState.FAILED, None))
        return True
    except TelephonyError as error:
        log.warning("cannot ask what became of leg %s: %s", leg_id, error)
        return False
    if status != LegStatus.PLACING:
        return False
    return await _adopt_or_replan(runtime, leg_id, found)


async def ask_after_other_side(runtime: Runtime, leg_id: str) -> None:
    """Ask whether the other side is still there who has long waited in the room that a leg is about to enter.

    Of a call that was cut off we may never have been told, and nobody is to be led into an empty room.
    """
    async with runtime.database.reading() as session:
        room = select(Leg.reservation_id).where(col(Leg.id) == leg_id).scalar_subquery()
        found = await session.exec(
            select(Leg.id, Leg.call_sid).where(
                col(Leg.reservation_id) == room,
                col(Leg.id) != leg_id,
                col(Leg.status) == LegStatus.ANSWERED,
                col(Leg.accepted_at) <= runtime.clock.now() - CERTAIN_FOR,
            )
        )
        other_id, call_sid = found.first() or (None, None)
    if other_id is None or call_sid is None:
        return
    try:
        known = await runtime.telephony.fetch_call(call_sid)
    except CallGone:
        known = KnownCall(call_sid, CallState.FAILED, None)
    except TelephonyError as error:
        log.warning("cannot ask whether leg %s is still there: %s", other_id, error)
        return
    if known.state in ENDED_STATES:
        await _learn(runtime, other_id, known)


async def _learn(runtime: Runtime, leg_id: str, known: KnownCall) -> None:
    async with runtime.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        rang = leg.rang_at is not None or leg.answered_at is not None
        if known.state == CallState.CANCELED and not rang and leg.end_wanted_at is None:
            await never_rang(case, leg)
        elif known.state in ENDED_STATES:
            outcome = leg.outcome or OUTCOMES[known.state]
            await leg_over(case, leg, outcome, "found by asking", known.ended_at)
        elif known.state == CallState.IN_PROGRESS:
            answered(case, leg)
        if leg.status != LegStatus.ENDED:
            talks = leg.status == LegStatus.ANSWERED and leg.accepted_at is not None
            leg.claimed_until = work.now + (CHECK_EVERY if talks else LEASE)


async def _adopt_or_replan(runtime: Runtime, leg_id: str, found: list[KnownCall]) -> bool:
    async with runtime.work() as work:
        strangers = await call_sids_in_use(work.session, [call.call_sid for call in found])
        ours = next((call for call in found if call.call_sid not in strangers), None)
        if ours is not None:
            case, leg = await case_of_leg(work, leg_id)
            placed(work, leg, case.callback, ours.call_sid)
            log.warning("leg %s had been placed after all", leg_id)
    if ours is not None:
        await _learn(runtime, leg_id, ours)
        return True
    async with runtime.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        if leg.status != LegStatus.PLACING:
            return False
        if case.ended:
            never_placed(case, leg)
            return True
        leg.apply(LegEvent.PROVE_ABSENT, work.now)
        leg.not_before = work.now
        work.wake(JobName.PLACE_LEG, leg.id)
        return True
