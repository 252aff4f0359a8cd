"""The phone of somebody we call back: who we are, one key to be connected, one to cancel."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.dialing.canceling import cancel_callback
from callback.dialing.case import Case, case_of_leg
from callback.dialing.leg import Leg, LegOutcome, LegRole
from callback.dialing.outcomes import (
    agent_left,
    answered,
    finish,
    leg_over,
    person_accepts,
    person_enters,
    placed,
)
from callback.dialing.reservation import ReservationStatus
from callback.dialogue import person_steps
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import HangUp, Join, Role, Turn
from callback.lines.directory import numbers_of
from callback.phone import spoken_groups
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.telephony import addresses
from callback.telephony.port import MachineDetection
from webhooks.forms import TwilioForm
from webhooks.requests import Form, Office, VoiceRoute
from webhooks.twiml import render
from webhooks.urls import person_stage

router = APIRouter(route_class=VoiceRoute)


@router.post(addresses.PERSON)
async def person(leg_id: str, step: str, form: Form, office: Office) -> Response:
    """Say what somebody hears at this step of our call to them."""
    async with office.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        placed(case, leg, form.call_sid)
        turn = await _turn(case, leg, step, form)
        language = case.callback.language if case.callback is not None else case.line.language
        speaker = Speaker(language, case.line.zone, work.now)
    return render(turn, speaker, person_stage(office.addresses, leg_id))


async def _turn(case: Case, leg: Leg, step: str, form: TwilioForm) -> Turn:
    if step == person_steps.CHOICE:
        return await _after_choice(case, leg, form.digits)
    if step == person_steps.ENTER:
        return _entering(case, leg)
    if step == person_steps.OVER:
        return person_steps.farewell("person.over")
    answered(case, leg)
    if form.is_machine:
        return await _machine(case, leg)
    callback = case.callback
    if callback is None or callback.status not in OPEN:
        return person_steps.farewell("person.over")
    return person_steps.hello(case.line.name, last=step == person_steps.REPEAT)


async def _machine(case: Case, leg: Leg) -> Turn:
    await leg_over(case, leg, LegOutcome.MACHINE)
    if case.line.machine_detection != MachineDetection.MESSAGE:
        return person_steps.farewell("person.goodbye")
    numbers = await numbers_of(case.work.session, case.line.id)
    return person_steps.voicemail(case.line.name, spoken_groups(numbers[0]))


async def _after_choice(case: Case, leg: Leg, digits: str) -> Turn:
    callback = case.callback
    if callback is None:
        return person_steps.farewell("person.over")
    if digits == "2":
        if callback.status in OPEN - {CallbackStatus.CONNECTED}:
            await cancel_callback(case.work, callback, "the person", hears_goodbye=leg)
        return person_steps.farewell("person.canceled")
    if digits != "1":
        return person_steps.not_a_choice()
    if not person_accepts(case, leg):
        return person_steps.farewell("person.over")
    there = case.reservation.status in {ReservationStatus.ACCEPTED, ReservationStatus.CONNECTED}
    return person_steps.accepted(agent_is_there=there)


def _entering(case: Case, leg: Leg) -> Turn:
    agent_has_left = case.ended
    if not person_enters(case, leg):
        return person_steps.farewell("person.over")
    join = Join(case.reservation.conference, Role.PERSON, leg.id, case.reservation.id)
    return person_steps.entering(join, agent_has_left=agent_has_left)


@router.post(addresses.OVER)
async def over(leg_id: str, form: Form, office: Office) -> Response:
    """Say goodbye on a leg whose conference is over, and draw the conclusion."""
    del form
    async with office.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        if case.reservation.status == ReservationStatus.CONNECTED:
            await finish(case)
        elif leg.role == LegRole.AGENT and case.reservation.status == ReservationStatus.ACCEPTED:
            agent_left(case)
        speaker = Speaker(case.line.language, case.line.zone, work.now)
    # An agent's phone is wanted again at once; a person is thanked.
    goodbye = person_steps.farewell("person.goodbye")
    turn = Turn((), then=HangUp()) if leg.role == LegRole.AGENT else goodbye
    return render(turn, speaker, person_stage(office.addresses, leg_id))
