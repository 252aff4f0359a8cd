"""What follows from what happened: an agent accepts, a person hangs up, a phone is not answered.

Every function takes a `Case` or rows of it, which are locked, and changes states only through their
life-cycles. Something that comes too late, or twice, changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from callback.agents.presence import AgentStatus
from callback.calls.call import CallEvent, CallStatus
from callback.dialing.attempts import BACKSTOP, attempt_failed, back_in_line
from callback.dialing.case import Case
from callback.dialing.conversation import conclude, connect, finish
from callback.dialing.leg import Leg, LegEvent, LegOutcome, LegRole, LegStatus
from callback.dialing.reservation import ReservationEnd, ReservationEvent, ReservationStatus
from callback.jobs import JobName
from callback.promises.callback import Callback
from callback.promises.lifecycle import OPEN, CallbackEvent, CallbackStatus
from callback.runtime import Work


def placed(work: Work, leg: Leg, callback: Callback | None, call_sid: str) -> None:
    """Record that the telephone company has taken a leg on, whoever tells it first."""
    if not leg.bind(call_sid, work.now):
        return
    if leg.role == LegRole.PERSON and callback is not None:
        callback.attempt_placed(work.now)
        callback.note("attempt_placed", work.now, f"attempt {leg.number}")
    if leg.end_wanted_at is not None:
        work.wake(JobName.END_LEG, leg.id)


def answered(case: Case, leg: Leg) -> None:
    """Note that a leg was picked up."""
    if leg.status != LegStatus.ENDED:
        leg.apply(LegEvent.ANSWER, case.now)


def agent_accepts(case: Case, leg: Leg) -> bool:
    """Take the agent's word that she will talk; tell whether there is still somebody to talk to."""
    if case.reservation.status in {ReservationStatus.ACCEPTED, ReservationStatus.CONNECTED}:
        return True
    if case.reservation.status != ReservationStatus.ASKING:
        return False
    leg.accepted_at = case.now
    case.agent.misses = 0
    case.reservation.apply(ReservationEvent.ACCEPT, case.now)
    if case.callback is None:
        case.work.wake(JobName.PULL_CALLER, case.reservation.id)
        return True
    if case.callback.person_leg_id is not None:
        connect(case)
        return True
    case.callback.note("agent_accepted", case.now, case.agent.name)
    case.callback.apply(CallbackEvent.DIAL, case.now)
    case.plan_attempt(case.callback)
    return True


def agent_declines(case: Case, leg: Leg) -> None:
    """Offer the contact to somebody else; declining is no failed attempt and no miss."""
    if case.reservation.status != ReservationStatus.ASKING:
        return
    leg.detail = "declined"
    case.end(ReservationEnd.DECLINED)
    case.free_agent()
    case.end_leg(leg, after=BACKSTOP)
    back_in_line(case, "the agent declined")


def agent_missed(case: Case, outcome: LegOutcome) -> None:
    """Offer the contact to somebody else after the agent's phone was not answered.

    It is no miss of hers if her phone was never rung (`canceled`).
    """
    case.end(ReservationEnd.AGENT_NO_ANSWER)
    if outcome == LegOutcome.CANCELED:
        case.free_agent()
    elif case.agent.status == AgentStatus.RESERVED:
        case.agent.miss(case.now)
    back_in_line(case, "the agent did not answer")


def agent_left(case: Case) -> None:
    """Go on without an agent who hung up after accepting, before the other side was there.

    A person whose phone is still ringing is let ring: whoever answers is given to the next agent.
    """
    case.end(ReservationEnd.AGENT_LEFT)
    case.free_agent()
    case.end_leg(case.live_leg(LegRole.AGENT), after=BACKSTOP)
    if case.call is not None and case.call.status == CallStatus.RESERVED:
        case.call.apply(CallEvent.RELEASE, case.now)
    case.work.wake(JobName.DISPATCH)


def caller_pulled(case: Case) -> bool:
    """Connect a live caller who was taken out of the queue; tell whether the agent is still there."""
    if case.reservation.status == ReservationStatus.CONNECTED:
        return True
    if case.reservation.status != ReservationStatus.ACCEPTED:
        return False
    connect(case)
    return True


def person_accepts(case: Case, leg: Leg) -> bool:
    """Take a person's word that it is she and she will talk; tell whether the call still stands.

    Where she was rung first, her agent's phone rings now.
    """
    callback = case.callback
    if callback is None or callback.status not in {
        CallbackStatus.DIALING,
        CallbackStatus.CONNECTED,
    }:
        return False
    if leg.accepted_at is not None:
        return True
    leg.accepted_at = case.now
    callback.person_leg_id = leg.id
    callback.note("person_accepted", case.now)
    if case.reservation.status == ReservationStatus.HOLDING:
        case.reservation.apply(ReservationEvent.ASK, case.now)
        case.plan_leg(LegRole.AGENT, case.agent.endpoint)
    return True


def person_enters(case: Case, leg: Leg) -> bool:
    """Let a person who has accepted into the conference; tell whether there still is one for her.

    Decided only here, and not at her key: an agent who hangs up while she hears the last sentence would
    leave her alone in an empty room.
    """
    callback = case.callback
    if callback is None or callback.person_leg_id != leg.id:
        return False
    if case.reservation.status == ReservationStatus.ACCEPTED:
        connect(case)
    elif case.ended and callback.status == CallbackStatus.DIALING:
        callback.apply(CallbackEvent.RELEASE, case.now, "on the line, waiting for an agent")
        case.work.wake(JobName.DISPATCH)
    if callback.status not in OPEN:
        return False
    leg.entered_at = leg.entered_at or case.now
    return True


def never_placed(case: Case, leg: Leg) -> None:
    """Drop a leg that surely rang nobody and is no longer needed; it counts as no attempt."""
    leg.end(case.now, LegOutcome.CANCELED, "no longer needed")
    callback = case.callback
    if leg.role == LegRole.PERSON and callback is not None:
        callback.attempt_count -= 1
        if callback.status == CallbackStatus.DIALING:
            back_in_line(case, "the agent left before the phone rang")


def cancel(case: Case, hears_goodbye: Leg | None = None) -> None:
    """Stop what is under way for a callback that was canceled, except that somebody hears a goodbye."""
    if not case.ended:
        case.end(ReservationEnd.CANCELED)
        case.free_agent()
    for leg in case.legs:
        case.end_leg(leg, after=BACKSTOP if leg is hears_goodbye else timedelta(0))


def caller_gone(case: Case) -> None:
    """Free the agent of a live caller who hung up before being connected."""
    case.end(ReservationEnd.CALLER_GONE)
    case.free_agent()
    case.end_leg(case.live_leg(LegRole.AGENT))


async def leg_over(
    case: Case, leg: Leg, outcome: LegOutcome, detail: str = "", ended_at: datetime | None = None
) -> None:
    """Draw the conclusion from the end of a leg, once; `ended_at` is when it ended, if that is known."""
    if not leg.end(min(ended_at or case.now, case.now), outcome, detail):
        return
    status = case.reservation.status
    if leg.role == LegRole.SUPERVISOR:
        # Whoever only listened leaves nothing behind; her own phone is free for the next.
        case.work.wake(JobName.DISPATCH)
        return
    if leg.role == LegRole.AGENT:
        case.work.wake(JobName.DISPATCH)
        if status == ReservationStatus.ASKING:
            agent_missed(case, outcome)
        elif status == ReservationStatus.ACCEPTED:
            agent_left(case)
        elif status == ReservationStatus.CONNECTED:
            await finish(case)
        return
    if status == ReservationStatus.CONNECTED:
        await finish(case)
    elif case.callback is not None and case.callback.status == CallbackStatus.CONNECTED:
        await conclude(case, case.callback)
    elif still_trying(case, leg):
        attempt_failed(case, outcome, detail)


def still_trying(case: Case, leg: Leg) -> bool:
    """Tell whether a callback depends on this leg to its person, who is not talking yet."""
    callback = case.callback
    if callback is None:
        return False
    waits_on_this_leg = callback.person_leg_id == leg.id and callback.status in {
        CallbackStatus.WAITING,
        CallbackStatus.RESERVED,
    }
    return callback.status == CallbackStatus.DIALING or waits_on_this_leg
