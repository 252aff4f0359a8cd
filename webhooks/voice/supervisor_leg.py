"""A supervisor's phone: one key brings her into the conversation, heard by nobody, the agent or both."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.dialing.case import Case, case_of_leg
from callback.dialing.leg import Leg, LegRole, Listening
from callback.dialing.outcomes import answered, placed
from callback.dialing.reservation import ReservationStatus
from callback.dialogue import supervisor_steps
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Join, Role, Turn
from callback.telephony import addresses
from webhooks.requests import Form, Office, VoiceRoute
from webhooks.twiml import render
from webhooks.urls import supervisor_stage

router = APIRouter(route_class=VoiceRoute)


@router.post(addresses.SUPERVISOR)
async def supervisor(leg_id: str, step: str, form: Form, office: Office) -> Response:
    """Say what a supervisor hears at this step of her leg."""
    async with office.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        placed(work, leg, case.callback, form.call_sid)
        turn = _turn(case, leg, step, form.digits)
        speaker = Speaker(case.line.language, case.line.zone, work.now)
    return render(turn, speaker, supervisor_stage(office.addresses, leg_id))


def _turn(case: Case, leg: Leg, step: str, digits: str) -> Turn:
    answered(case, leg)
    if step == supervisor_steps.OVER or case.reservation.status != ReservationStatus.CONNECTED:
        return supervisor_steps.over()
    if step == supervisor_steps.ANSWERED:
        return supervisor_steps.offer(case.agent.name, case.line.name)
    if step == supervisor_steps.CHOICE and digits != "1":
        return supervisor_steps.not_a_choice()
    if leg.accepted_at is None:
        leg.accepted_at = case.now
    return supervisor_steps.entering(_join(case, leg))


def _join(case: Case, leg: Leg) -> Join:
    agent = case.live_leg(LegRole.AGENT)
    coached = agent.call_sid if agent is not None and leg.mode == Listening.WHISPER else None
    # Without the agent's own call there is nobody to whisper to, and nobody else may hear it.
    muted = leg.mode != Listening.JOIN and coached is None
    return Join(
        case.reservation.conference,
        Role.SUPERVISOR,
        leg.id,
        case.reservation.id,
        muted=muted,
        coached=coached,
    )
