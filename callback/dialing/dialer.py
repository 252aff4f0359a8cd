"""Effects on calls that are up: pull a caller, hang up, let an agent in. Claim, commit, call, record.

Nothing here talks to the telephone company inside a transaction.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult
from sqlmodel import col, or_, select, update

from callback.calls.call import Call, CallOutcome
from callback.dialing.case import case_of_leg, load_case
from callback.dialing.claims import answer_address
from callback.dialing.leg import LEASE, LETTING_IN, Leg, LegOutcome, LegRole, LegStatus
from callback.dialing.outcomes import caller_gone, leg_over
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.errors import (
    CallGone,
    TelephonyError,
    TelephonyRefused,
)
from callback.jobs import JobName
from callback.runtime import Runtime, Work
from callback.telephony.port import ENDED_STATES

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=2)


@dataclass(frozen=True)
class _Pull:
    queue_sid: str
    call_sid: str


async def pull_caller(runtime: Runtime, reservation_id: str) -> bool:
    """Take a live caller out of the queue for an agent who has accepted; tell whether it was done."""
    async with runtime.work() as work:
        pull = await _claim_pull(work, reservation_id)
    if pull is None:
        return False
    try:
        await runtime.telephony.pull_from_queue(
            pull.queue_sid, pull.call_sid, runtime.addresses.pulled(reservation_id)
        )
    except CallGone:
        return await _pull_failed(runtime, reservation_id, pull.call_sid)
    except TelephonyError as error:
        log.warning("could not take a caller out of the queue yet: %s", error)
        await _pull_again(runtime, reservation_id, runtime.clock.now() + AGAIN_AFTER)
        return False
    return True


async def _claim_pull(work: Work, reservation_id: str) -> _Pull | None:
    claimed: CursorResult[tuple[()]] = await work.session.exec(
        update(Reservation)
        .where(
            col(Reservation.id) == reservation_id,
            col(Reservation.status) == ReservationStatus.ACCEPTED,
            col(Reservation.call_id).is_not(None),
            or_(col(Reservation.pulled_until).is_(None), col(Reservation.pulled_until) <= work.now),
        )
        .values(pulled_until=work.now + LEASE / 6)
    )
    if claimed.rowcount != 1:
        return None
    # Only the reservation's row is locked here, and the contact's would have to be locked before it.
    found = await work.session.exec(
        select(Call.queue_sid, Call.call_sid)
        .join(Reservation, col(Reservation.call_id) == col(Call.id))
        .where(col(Reservation.id) == reservation_id)
    )
    queue_sid, call_sid = found.one()
    return None if queue_sid is None else _Pull(queue_sid, call_sid)


async def _pull_failed(runtime: Runtime, reservation_id: str, call_sid: str) -> bool:
    # Not in the queue: either gone, or an earlier request of ours was carried out although its answer was
    # lost. Only the caller's own call can tell.
    try:
        ended = (await runtime.telephony.fetch_call(call_sid)).state in ENDED_STATES
    except CallGone:
        ended = True
    except TelephonyError:
        ended = False
    if not ended:
        await _pull_again(runtime, reservation_id, runtime.clock.now() + AGAIN_AFTER)
        return False
    async with runtime.work() as work:
        case = await load_case(work, reservation_id)
        if case.reservation.status == ReservationStatus.ACCEPTED:
            caller_gone(case)
            if case.call is not None:
                case.call.end(work.now, CallOutcome.ABANDONED)
    return False


async def _pull_again(runtime: Runtime, reservation_id: str, at: datetime) -> None:
    async with runtime.work() as work:
        reservation = await work.session.get_one(Reservation, reservation_id, with_for_update=True)
        reservation.pulled_until = at
        work.wake(JobName.PULL_CALLER, reservation_id, at=at)


async def end_leg(runtime: Runtime, leg_id: str) -> bool:
    """Hang up a leg that is no longer wanted; whoever picked up hears a word first."""
    async with runtime.work() as work:
        found = await work.session.exec(select(Leg).where(col(Leg.id) == leg_id).with_for_update())
        leg = found.first()
        if leg is None or leg.call_sid is None or leg.status == LegStatus.ENDED:
            return False
        if leg.end_wanted_at is None or leg.end_wanted_at > work.now:
            return False
        call_sid, answered = leg.call_sid, leg.status == LegStatus.ANSWERED
        last_words = answer_address(
            runtime, leg.id, leg.role, "sorry" if leg.role == LegRole.AGENT else "over"
        )
        leg.end_wanted_at = work.now + LEASE
    try:
        if answered:
            await runtime.telephony.redirect(call_sid, last_words)
        else:
            await runtime.telephony.hang_up(call_sid)
    except CallGone:
        await _ended_meanwhile(runtime, leg_id, call_sid, answered)
    except TelephonyRefused as error:
        log.error("leg %s could not be hung up: %s", leg_id, error)
    except TelephonyError as error:
        log.warning("leg %s could not be hung up yet: %s", leg_id, error)
    return True


async def _ended_meanwhile(runtime: Runtime, leg_id: str, call_sid: str, answered: bool) -> None:
    ended_at = None
    if answered:
        # When it ended tells whether person and agent have met.
        with contextlib.suppress(TelephonyError):
            ended_at = (await runtime.telephony.fetch_call(call_sid)).ended_at
    async with runtime.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        outcome = LegOutcome.COMPLETED if answered else LegOutcome.CANCELED
        await leg_over(case, leg, outcome, "ended meanwhile", ended_at)


async def let_in(runtime: Runtime, leg_id: str) -> bool:
    """Bring an agent into her conference who has accepted at her desk while she heard the offer.

    If she presses the key as well, that is answered with a moment's patience (`letting_in`): whoever is in
    the conference already must not be taken out of it.
    """
    async with runtime.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        wanted = leg.accepted_at is not None and leg.status == LegStatus.ANSWERED
        if case.ended or not wanted or leg.menu or leg.call_sid is None:
            return False
        leg.menu = {LETTING_IN: True}
        call_sid = leg.call_sid
    try:
        await runtime.telephony.redirect(call_sid, runtime.addresses.agent(leg_id, "accepted"))
    except TelephonyError as error:
        log.warning("leg %s was not let in, her own key or silence will do it: %s", leg_id, error)
        return False
    return True
