"""A conversation: it begins when both sides are there, and once it is over, says whether they have met."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from callback.agents.presence import AgentEvent, AgentStatus
from callback.calls.call import Call, CallEvent, CallOutcome, CallStatus, Direction
from callback.dialing.attempts import BACKSTOP, attempt_failed
from callback.dialing.case import Case
from callback.dialing.leg import Leg, LegOutcome, LegRole, LegStatus
from callback.dialing.reservation import ReservationEnd, ReservationEvent
from callback.dialing.surveying import text_survey
from callback.ids import new_id
from callback.jobs import JobName
from callback.lines.line import SurveyChannel
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent, CallbackStatus

ALONE_AT_MOST = timedelta(seconds=8)
"""Who is alone in the room hangs up within so many seconds."""
SURVEY_LASTS = timedelta(seconds=90)
"""How long somebody who is asked two questions may stay on the line."""


def connect(case: Case) -> None:
    """Both sides are there: they talk."""
    case.reservation.apply(ReservationEvent.CONNECT, case.now)
    case.agent.apply(AgentEvent.TALK, case.now)
    if case.call is not None:
        case.call.agent_id = case.agent.id
        case.call.apply(CallEvent.CONNECT, case.now)
    if case.callback is not None:
        case.callback.apply(CallbackEvent.CONNECT, case.now, case.agent.name)
        _reckon_wait(case, case.callback)
        _log_return_call(case, case.callback)


def _reckon_wait(case: Case, callback: Callback) -> None:
    callback.gross_wait_seconds = max(0.0, (case.now - callback.arrived_at).total_seconds())
    leg = case.live_leg(LegRole.PERSON)
    if leg is not None and leg.accepted_at is not None:
        callback.net_wait_seconds += (case.now - leg.accepted_at).total_seconds()


def _log_return_call(case: Case, callback: Callback) -> None:
    case.work.session.add(
        Call(
            id=new_id(case.now),
            call_sid=f"callback:{callback.id}:{case.reservation.id}",
            line_id=case.line.id,
            direction=Direction.CALLBACK,
            phone_number=callback.phone_number,
            language=callback.language,
            priority=callback.priority,
            status=CallStatus.CONNECTED,
            arrived_at=callback.arrived_at,
            answered_at=case.now,
            wait_seconds=max(0.0, (case.now - callback.arrived_at).total_seconds()),
            agent_id=case.agent.id,
            callback_id=callback.id,
        )
    )


async def finish(case: Case) -> None:
    """End a conversation, whoever hung up."""
    case.end(ReservationEnd.FINISHED)
    if case.agent.status == AgentStatus.BUSY:
        case.agent.finish(case.now, case.now + timedelta(seconds=case.line.wrap_up_seconds))
    if case.call is not None:
        case.call.end(case.now, CallOutcome.ANSWERED)
    asked = case.line.survey == SurveyChannel.VOICE
    for leg in case.legs:
        lasts = SURVEY_LASTS if asked and leg.role == LegRole.PERSON else BACKSTOP
        case.end_leg(leg, after=lasts)
    case.work.wake(JobName.DISPATCH, at=case.agent.wrap_up_until)
    if case.callback is not None:
        await conclude(case, case.callback)
    else:
        text_survey(case)


async def conclude(case: Case, callback: Callback) -> None:
    """Decide, once the person's phone is down, whether the promise was fulfilled.

    Not before: the agent may have pressed her key in the second in which the person hung up, or either call
    may have been cut off, the person's perhaps before she asked for the way into the room; then nobody has
    talked, and the person is called again.
    """
    leg = next((leg for leg in case.legs if leg.id == callback.person_leg_id), None)
    if callback.status != CallbackStatus.CONNECTED:
        return
    if leg is not None and leg.status != LegStatus.ENDED:
        return
    talked = _have_talked(case, leg)
    outcome = CallOutcome.ANSWERED if talked else CallOutcome.ABANDONED
    await _end_return_call(case, callback, outcome)
    if talked:
        callback.apply(CallbackEvent.COMPLETE, case.now)
        text_survey(case)
    else:
        attempt_failed(case, LegOutcome.COMPLETED, "they did not meet")


async def vouch(case: Case) -> None:
    """Take the word of the agent, who wraps up, that they have talked; the person’s phone may still be up."""
    callback = case.callback
    if callback is None or callback.status != CallbackStatus.CONNECTED:
        return
    await _end_return_call(case, callback, CallOutcome.ANSWERED)
    callback.apply(CallbackEvent.COMPLETE, case.now)
    text_survey(case)


def _have_talked(case: Case, leg: Leg | None) -> bool:
    if case.reservation.met_at is not None or leg is None:
        return True
    # Of a call that failed after it was picked up nobody knows any more when it ended.
    if leg.entered_at is None or leg.outcome == LegOutcome.FAILED:
        return False
    # No word of both being in the room; it may have been lost. How long she stayed tells.
    connected_at = case.reservation.connected_at
    if leg.ended_at is None or connected_at is None:
        return True
    return leg.ended_at > max(connected_at, leg.entered_at) + ALONE_AT_MOST


async def _end_return_call(case: Case, callback: Callback, outcome: CallOutcome) -> None:
    found = await case.work.session.exec(
        select(Call).where(
            col(Call.callback_id) == callback.id, col(Call.status) == CallStatus.CONNECTED
        )
    )
    for call in found.all():
        call.end(case.now, outcome)
