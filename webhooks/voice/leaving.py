"""A caller is no longer in the queue: promised, gone, or taken to an agent."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.calls.arriving import find_call
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.dialing.canceling import settle_owed
from callback.dialing.case import Case, live_reservation_of, load_case
from callback.dialing.conversation import finish
from callback.dialing.events import caller_hung_up
from callback.dialing.outcomes import caller_pulled
from callback.dialing.reservation import ReservationStatus
from callback.dialing.surveying import begin_voice_survey
from callback.dialogue import steps, survey_steps
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Again, Enqueue, HangUp, Join, Role, Say, Turn
from callback.errors import NotFound
from callback.lines.directory import get_line
from callback.lines.hours import is_open
from callback.lines.line import Line
from callback.runtime import Work
from callback.telephony import addresses
from callback.telephony.port import ENDED_STATES
from webhooks.forms import TwilioForm
from webhooks.requests import Form, Office, VoiceRoute
from webhooks.twiml import nothing, render
from webhooks.urls import menu_stage, pulled_stage, survey_stage

router = APIRouter(route_class=VoiceRoute)

GONE = frozenset({"hangup"})
TAKEN = frozenset({"redirected", "redirected-from-bridged", "bridged", "bridging-in-process"})


@router.post(addresses.LEFT)
async def left(form: Form, office: Office) -> Response:
    """Go on with a caller who has left the queue, whatever the reason."""
    async with office.work() as work:
        call = await find_call(work, form.call_sid)
        if call is None:
            raise NotFound("call", form.call_sid)
        if form.queue_result in GONE:
            await caller_hung_up(work, call)
            return nothing()
        if form.queue_result in TAKEN:
            return nothing()
        line = await get_line(work.session, call.line_id)
        turn = await _goes_on(work, line, call, form.queue_result)
        speaker = Speaker(call.language, line.zone, work.now)
    return render(turn, speaker, menu_stage(office.addresses))


async def _goes_on(work: Work, line: Line, call: Call, result: str) -> Turn:
    if call.status == CallStatus.LEAVING and line.takes_notes:
        return steps.ask_note()
    if call.status == CallStatus.LEAVING:
        await caller_hung_up(work, call)
        return Turn((), then=HangUp())
    if result in {"queue-full", "system-error"}:
        call.end(work.now, CallOutcome.TURNED_AWAY)
        return Turn((Say("caller.queue_full"),), then=HangUp())
    if result == "leave" and call.status == CallStatus.WAITING and not is_open(line, work.now):
        call.end(work.now, CallOutcome.TURNED_AWAY)
        return Turn((Say("caller.goodbye"),), then=HangUp())
    # The wait itself failed, and the caller is still there: back into the queue, in the old place.
    return Turn((Say("caller.trouble"),), then=Enqueue(call.line_id))


@router.post(addresses.PULLED)
async def pulled(reservation_id: str, form: Form, office: Office) -> Response:
    """Tell a caller who was taken out of the queue that she is being connected."""
    async with office.work() as work:
        case, call = await _pulled_case(work, reservation_id, form)
        turn = Turn((Say("caller.connecting"),), then=Again("enter"))
        if case.ended:
            turn = _back_in_queue(call)
        speaker = Speaker(call.language, case.line.zone, work.now)
    return render(turn, speaker, pulled_stage(office.addresses, reservation_id))


@router.post(addresses.ENTER)
async def enter(reservation_id: str, form: Form, office: Office) -> Response:
    """Let a caller into the agent's conference, now that nothing more is said to her before."""
    async with office.work() as work:
        case, call = await _pulled_case(work, reservation_id, form)
        join = Join(case.reservation.conference, Role.CALLER, reservation_id, reservation_id)
        connected = caller_pulled(case)
        if connected:
            await settle_owed(work, call)
        turn = Turn((), then=join) if connected else _back_in_queue(call)
        speaker = Speaker(call.language, case.line.zone, work.now)
    return render(turn, speaker, menu_stage(office.addresses))


async def _pulled_case(work: Work, reservation_id: str, form: TwilioForm) -> tuple[Case, Call]:
    case = await load_case(work, reservation_id)
    if case.call is None or case.call.call_sid != form.call_sid:
        raise NotFound("call of this reservation", form.call_sid)
    return case, case.call


def _back_in_queue(call: Call) -> Turn:
    # The agent is gone again. The place in line is the old one, by the time of arrival.
    return Turn((Say("caller.trouble"),), then=Enqueue(call.line_id))


@router.post(addresses.TALKED)
async def talked(reservation_id: str, form: Form, office: Office) -> Response:
    """Say goodbye to a caller whose conversation is over, or go on waiting if there was none."""
    async with office.work() as work:
        call = await find_call(work, form.call_sid)
        if call is None:
            raise NotFound("call", form.call_sid)
        case = await live_reservation_of(work, call_id=call.id)
        if case is not None and case.reservation.status == ReservationStatus.CONNECTED:
            await finish(case)
        line = await get_line(work.session, call.line_id)
        speaker = Speaker(call.language, line.zone, work.now)
        talk = await load_case(work, reservation_id)
        if form.state not in ENDED_STATES and await begin_voice_survey(talk):
            stage = survey_stage(office.addresses, reservation_id)
            return render(survey_steps.begin(), speaker, stage)
    turn = Turn((Say("caller.goodbye"),), then=HangUp())
    return render(turn, speaker, menu_stage(office.addresses))
