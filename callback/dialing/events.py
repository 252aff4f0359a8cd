"""Use case: apply what the telephone company told us. Recorded first, then interpreted, once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from callback.calls.arriving import find_call
from callback.calls.call import PUT_DOWN, Call, CallOutcome, CallStatus
from callback.dialing.case import case_of_leg, live_reservation_of, load_case
from callback.dialing.conversation import finish
from callback.dialing.leg import Leg, LegOutcome, LegRole, LegStatus
from callback.dialing.outcomes import answered, caller_gone, leg_over, placed
from callback.dialing.reservation import ReservationStatus
from callback.dialing.status_event import StatusEvent
from callback.dialing.trying_out import apply_trial_event
from callback.errors import CallbackError, NotFound
from callback.ids import new_id
from callback.jobs import JobName
from callback.messages.receipts import apply_receipt
from callback.runtime import Runtime, Work
from callback.telephony.port import ENDED_STATES, CallState, TextState

log = logging.getLogger(__name__)

OUTCOMES = {
    CallState.COMPLETED: LegOutcome.COMPLETED,
    CallState.BUSY: LegOutcome.BUSY,
    CallState.NO_ANSWER: LegOutcome.NO_ANSWER,
    CallState.FAILED: LegOutcome.FAILED,
    CallState.CANCELED: LegOutcome.CANCELED,
}


async def record(
    work: Work, key: str, subject: str, subject_id: str, call_sid: str, payload: dict[str, Any]
) -> str | None:
    """Write an event into the inbox; return its id, or None if it is already there."""
    dialect = work.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    identifier = new_id(work.now)
    inserted = await work.session.exec(
        insert(StatusEvent)
        .values(
            id=identifier,
            key=key,
            subject=subject,
            subject_id=subject_id,
            call_sid=call_sid,
            payload=payload,
            received_at=work.now,
            result="",
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(col(StatusEvent.id))
    )
    return identifier if inserted.first() is not None else None


async def take(
    runtime: Runtime,
    key: str,
    subject: str,
    subject_id: str,
    call_sid: str,
    payload: dict[str, Any],
) -> None:
    """Record an event and, if it is news, interpret it.

    Both are one transaction, and the interpretation a part of it that can be undone alone: an event that
    cannot be interpreted is recorded all the same, and left to the sweep.
    """
    try:
        async with runtime.work() as work:
            event_id = await record(work, key, subject, subject_id, call_sid, payload)
            event = await _unapplied(work, event_id) if event_id is not None else None
            if event is not None:
                await _apply(work, event)
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("a status event was recorded and not interpreted")
        async with runtime.work() as work:
            await record(work, key, subject, subject_id, call_sid, payload)


async def apply_event(runtime: Runtime, event_id: str) -> None:
    """Interpret a recorded event; one that cannot be applied is marked with the reason and stays."""
    try:
        async with runtime.work() as work:
            event = await _unapplied(work, event_id)
            if event is not None:
                await _apply(work, event)
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("status event %s cannot be interpreted", event_id)
        async with runtime.work() as work:
            event = await _unapplied(work, event_id)
            if event is not None:
                event.applied_at = work.now
                event.result = f"failed: {type(error).__name__}"


async def _apply(work: Work, event: StatusEvent) -> None:
    try:
        async with work.session.begin_nested():
            result = await _interpret(work, event)
    except CallbackError as error:
        log.warning("status event %s was not applied: %s", event.id, error)
        result = f"not applied: {error}"
    event.result = result
    event.applied_at = work.now


async def _unapplied(work: Work, event_id: str) -> StatusEvent | None:
    found = await work.session.exec(
        select(StatusEvent)
        .where(col(StatusEvent.id) == event_id, col(StatusEvent.applied_at).is_(None))
        .with_for_update()
    )
    return found.first()


async def _interpret(work: Work, event: StatusEvent) -> str:
    if event.subject == "leg":
        return await _leg_event(work, event)
    if event.subject == "call":
        return await _call_event(work, event)
    if event.subject == "message":
        return await _message_event(work, event)
    if event.subject == "trial":
        state = CallState(event.payload["state"]) if "state" in event.payload else None
        return await apply_trial_event(
            work, event.subject_id, event.call_sid, state, event.received_at
        )
    return await _conference_event(work, event)


async def _conference_event(work: Work, event: StatusEvent) -> str:
    """Note that the two have met, and end a conversation that one of them has left.

    Told by whose call it is that left, and not by the room: one of the same name may have been closed before.
    All else about rooms is only noted, for the legs' own events decide.
    """
    name = event.payload.get("StatusCallbackEvent")
    if name == "conference-start":
        return await _met(work, event)
    if name != "participant-leave":
        return "noted"
    found = await work.session.exec(
        select(Leg.id).where(
            col(Leg.call_sid) == event.call_sid, col(Leg.role) != LegRole.SUPERVISOR
        )
    )
    leg_id = found.first()
    if leg_id is not None:
        case, _ = await case_of_leg(work, leg_id)
    else:
        call = await find_call(work, event.call_sid)
        known = None if call is None else await live_reservation_of(work, call_id=call.id)
        if known is None:
            return "noted"
        case = known
    if case.reservation.status != ReservationStatus.CONNECTED:
        return "late" if case.ended else "noted"
    await finish(case)
    return "applied"


async def _met(work: Work, event: StatusEvent) -> str:
    """Note that both sides are in the room; its address names the reservation for which it was opened."""
    case = await load_case(work, event.subject_id)
    if case.ended and case.callback is not None:
        # The person stayed in the room, and another agent joined her there.
        case = await live_reservation_of(work, callback_id=case.callback.id) or case
    case.reservation.met_at = work.now
    return "applied"


async def _message_event(work: Work, event: StatusEvent) -> str:
    state = event.payload.get("text_state")
    return await apply_receipt(
        work,
        event.subject_id,
        event.call_sid,
        TextState(state) if state else None,
        str(event.payload.get("ErrorCode", "")),
    )


async def _leg_event(work: Work, event: StatusEvent) -> str:
    if "state" not in event.payload:
        return "of no state that we know"
    state = CallState(event.payload["state"])
    case, leg = await case_of_leg(work, event.subject_id)
    placed(work, leg, case.callback, event.call_sid)
    if leg.call_sid != event.call_sid:
        return "of another call"
    if state == CallState.RINGING:
        # By our own clock, as the instant of placing is: the telephone company's counts whole seconds.
        leg.ring(event.received_at)
    if leg.status == LegStatus.ENDED:
        return "late"
    if state == CallState.IN_PROGRESS:
        answered(case, leg)
    elif state in ENDED_STATES:
        detail = str(event.payload.get("detail", ""))
        await leg_over(case, leg, _outcome(leg, state), detail, _stamp(event))
    return "applied"


def _stamp(event: StatusEvent) -> datetime | None:
    """Return when it happened by the telephone company's own clock, which counts whole seconds."""
    try:
        return parsedate_to_datetime(event.payload.get("Timestamp", "")).astimezone(UTC)
    except ValueError:
        return None


def _outcome(leg: Leg, state: CallState) -> LegOutcome:
    if leg.outcome is not None:
        return leg.outcome
    if state == CallState.COMPLETED and leg.detail == LegOutcome.MACHINE:
        return LegOutcome.MACHINE
    return OUTCOMES[state]


async def _call_event(work: Work, event: StatusEvent) -> str:
    if event.payload.get("state") not in ENDED_STATES:
        return "noted"
    call = await find_call(work, event.call_sid)
    if call is None:
        raise NotFound("call", event.call_sid)
    await caller_hung_up(work, call)
    return "applied"


async def caller_hung_up(work: Work, call: Call) -> None:
    """End a contact that is over at the telephone company, and free whoever was held for it."""
    if call.status == CallStatus.ENDED:
        return
    case = await live_reservation_of(work, call_id=call.id)
    if case is not None and case.reservation.status == ReservationStatus.CONNECTED:
        await finish(case)
        return
    if case is not None:
        caller_gone(case)
    promised = call.status == CallStatus.LEAVING
    call.end(work.now, CallOutcome.PROMISED if promised else call.outcome or CallOutcome.ABANDONED)
    if promised:
        work.wake(JobName.DISPATCH, at=work.now + PUT_DOWN)
