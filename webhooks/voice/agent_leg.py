"""An agent's phone: she is told who it is, accepts or declines by key, and enters the conference."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.dialing.case import Case, case_of_leg
from callback.dialing.leg import INSIDE, LETTING_IN, Leg
from callback.dialing.outcomes import agent_accepts, agent_declines, answered, placed
from callback.dialing.recovery import ask_after_other_side
from callback.dialing.reservation import ReservationStatus
from callback.dialogue import agent_steps
from callback.dialogue.sentences import Speaker, first_known
from callback.dialogue.turn import Join, Role, Turn
from callback.lines.offer import Window
from callback.promises.note import note_of
from callback.runtime import Runtime
from callback.telephony import addresses
from webhooks.requests import Form, Office, VoiceRoute
from webhooks.twiml import render
from webhooks.urls import agent_stage

router = APIRouter(route_class=VoiceRoute)


@router.post(addresses.AGENT)
async def agent(leg_id: str, step: str, form: Form, office: Office) -> Response:
    """Say what an agent hears at this step of her leg."""
    if step == agent_steps.CHOICE and form.digits == "1":
        await ask_after_other_side(office, leg_id)
    async with office.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        placed(work, leg, case.callback, form.call_sid)
        turn = await _turn(office, case, leg, step, form.digits)
        language = first_known(case.agent.languages, case.line.language)
        speaker = Speaker(language, case.line.zone, work.now)
    return render(turn, speaker, agent_stage(office.addresses, leg_id))


async def _turn(office: Runtime, case: Case, leg: Leg, step: str, digits: str) -> Turn:
    if step == agent_steps.SORRY:
        talked = case.reservation.connected_at is not None
        return agent_steps.farewell("agent.over" if talked else "agent.not_reached")
    if step == agent_steps.CHOICE:
        if digits == agent_steps.NOTE_KEY and await _has_note(case):
            return agent_steps.play_note(office.addresses.note_heard(leg.id))
        return _after_choice(case, leg, digits)
    if step == agent_steps.ACCEPTED:
        return _let_in(case, leg) if leg.accepted_at is not None else agent_steps.hang_up()
    answered(case, leg)
    if leg.accepted_at is not None:
        # She has accepted at her desk and needs no key.
        return _let_in(case, leg)
    if case.reservation.status != ReservationStatus.ASKING:
        return agent_steps.farewell("agent.too_late")
    return await _offer(case)


async def _has_note(case: Case) -> bool:
    callback = case.callback
    return callback is not None and await note_of(case.work.session, callback.id) is not None


async def _offer(case: Case) -> Turn:
    if case.callback is not None:
        window = Window(case.callback.promised_from, case.callback.promised_until)
        has_note = await _has_note(case)
        reason = case.callback.reason
        return agent_steps.offer_callback(case.line.name, window, reason, has_note=has_note)
    arrived_at = case.call.arrived_at if case.call is not None else case.now
    return agent_steps.offer_call(case.line.name, case.now - arrived_at)


def _after_choice(case: Case, leg: Leg, digits: str) -> Turn:
    if digits == "2":
        agent_declines(case, leg)
        return agent_steps.farewell("agent.declined")
    if digits != "1":
        return agent_steps.not_a_choice()
    if LETTING_IN in leg.menu and INSIDE not in leg.menu:
        return agent_steps.one_moment()
    return _let_in(case, leg)


def _let_in(case: Case, leg: Leg) -> Turn:
    if not agent_accepts(case, leg):
        return agent_steps.farewell("agent.too_late")
    leg.menu = {INSIDE: True}
    join = Join(case.reservation.conference, Role.AGENT, leg.id, case.reservation.id)
    rung = case.callback is not None and case.reservation.status == ReservationStatus.ACCEPTED
    return agent_steps.accepted(join, person_is_rung=rung)
