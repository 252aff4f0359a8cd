"""Effects on the telephone: place a leg, pull a caller, hang up. Claim, commit, call, record.

Nothing here talks to the telephone company inside a transaction, and no request that places a call is ever
repeated: what became of one whose answer was lost is found out by `recovery`.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult
from sqlmodel import col, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from callback.calls.call import Call, CallOutcome
from callback.dialing.case import case_of_leg, load_case
from callback.dialing.leg import LEASE, LETTING_IN, Leg, LegEvent, LegOutcome, LegRole, LegStatus
from callback.dialing.outcomes import caller_gone, leg_over, never_placed, placed
from callback.dialing.pacing import next_turn, turn_of
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.errors import (
    CallGone,
    TelephonyError,
    TelephonyRefused,
    TelephonyUnavailable,
    TelephonyUncertain,
)
from callback.jobs import JobName
from callback.lines.directory import numbers_of
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.runtime import Runtime, Work
from callback.telephony.port import ENDED_STATES, CallOrder, MachineDetection

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=2)
GIVE_UP_AFTER = timedelta(minutes=2)
TALK_LIMIT_SECONDS = 4 * 3600


async def place_leg(runtime: Runtime, leg_id: str) -> bool:
    """Place a planned leg, once; tell whether a call was placed.

    Whoever claims the leg first places it; everyone else finds nothing to do. A worker that was kept from
    sending for half of its lease no longer may: another may be about to.
    """
    paced = runtime.settings.twilio_calls_per_second > 0
    turn = await turn_of(runtime, leg_id) if paced else None
    async with runtime.work() as work:
        order = await _claim(runtime, work, leg_id, turn)
    if order is None:
        return False
    if runtime.clock.now() > work.now + LEASE / 2:
        log.warning("leg %s was claimed too long ago; asking before anything else is done", leg_id)
        return False
    try:
        call_sid = await runtime.telephony.place_call(order)
    except TelephonyUncertain as error:
        log.warning(
            "leg %s may have been placed (%s); asking before anything else is done", leg_id, error
        )
        return False
    except TelephonyError as error:
        await _not_placed(runtime, leg_id, error)
        return False
    async with runtime.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        placed(case, leg, call_sid)
    return True


async def _claim(
    runtime: Runtime, work: Work, leg_id: str, turn: datetime | None
) -> CallOrder | None:
    if turn is None or turn <= work.now:
        turn = await next_turn(work, leg_id, runtime.settings, counted=turn is not None)
    if turn > work.now:
        await _put_off(work, leg_id, turn)
        return None
    claimed: CursorResult[tuple[()]] = await work.session.exec(
        update(Leg)
        .where(
            col(Leg.id) == leg_id,
            col(Leg.status) == LegStatus.PLANNED,
            col(Leg.not_before) <= work.now,
            col(Leg.reservation_id).in_(_under_way()),
        )
        .values(status=LegStatus.PLACING, claimed_until=work.now + LEASE)
    )
    if claimed.rowcount != 1:
        await _drop_unneeded(work, leg_id)
        return None
    leg = await work.session.get_one(Leg, leg_id)
    line = await work.session.get_one(Line, leg.line_id)
    to_person = leg.role == LegRole.PERSON
    callback = await work.session.get(Callback, leg.callback_id) if to_person else None
    return CallOrder(
        to=leg.to,
        caller_id=(await numbers_of(work.session, line.id))[0],
        answer_url=_address(runtime, leg, "answered"),
        status_url=runtime.addresses.leg_status(leg.id),
        ring_seconds=line.ring_seconds if to_person else line.agent_ring_seconds,
        limit_seconds=TALK_LIMIT_SECONDS,
        machine_detection=line.machine_detection if to_person else MachineDetection.OFF,
        extension=None if callback is None else callback.extension,
    )


def _address(runtime: Runtime, leg: Leg, step: str) -> str:
    by_role = {
        LegRole.AGENT: runtime.addresses.agent,
        LegRole.PERSON: runtime.addresses.person,
        LegRole.SUPERVISOR: runtime.addresses.supervisor,
    }
    return by_role[leg.role](leg.id, step)


async def _put_off(work: Work, leg_id: str, turn: datetime) -> None:
    await work.session.exec(
        update(Leg)
        .where(col(Leg.id) == leg_id, col(Leg.status) == LegStatus.PLANNED)
        .values(not_before=turn)
    )
    work.wake(JobName.PLACE_LEG, leg_id, at=turn)


def _under_way() -> SelectOfScalar[str]:
    return select(Reservation.id).where(col(Reservation.status) != ReservationStatus.ENDED)


async def _drop_unneeded(work: Work, leg_id: str) -> None:
    # Asked before anything is locked, because a leg is locked after its contact.
    found = await work.session.exec(
        select(Leg.id).where(
            col(Leg.id) == leg_id,
            col(Leg.status) == LegStatus.PLANNED,
            col(Leg.reservation_id).not_in(_under_way()),
        )
    )
    if found.first() is None:
        return
    case, leg = await case_of_leg(work, leg_id)
    if leg.status == LegStatus.PLANNED and case.ended:
        never_placed(case, leg)


async def _not_placed(runtime: Runtime, leg_id: str, error: TelephonyError) -> None:
    async with runtime.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        if leg.status != LegStatus.PLACING:
            return
        too_old = leg.created_at + GIVE_UP_AFTER < work.now
        if isinstance(error, TelephonyUnavailable) and not too_old:
            leg.apply(LegEvent.PROVE_ABSENT, work.now)
            leg.not_before = work.now + AGAIN_AFTER
            work.wake(JobName.PLACE_LEG, leg.id, at=leg.not_before)
            return
        log.error("leg %s was not placed: %s", leg_id, error)
        # That the telephone company cannot be reached is no fault of an agent's.
        blameless = leg.role == LegRole.AGENT and isinstance(error, TelephonyUnavailable)
        outcome = LegOutcome.CANCELED if blameless else LegOutcome.FAILED
        await leg_over(case, leg, outcome, str(error))


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
        last_words = _address(runtime, leg, "sorry" if leg.role == LegRole.AGENT else "over")
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
