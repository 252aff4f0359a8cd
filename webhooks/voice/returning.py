"""The phone of somebody we call back: who we are, one key to be connected, one to cancel."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Response

from callback.dialing.canceling import cancel_callback
from callback.dialing.case import Case, case_of_leg
from callback.dialing.conversation import finish
from callback.dialing.leg import MESSAGE_LEFT, Leg, LegOutcome, LegRole
from callback.dialing.outcomes import (
    agent_left,
    answered,
    leg_over,
    person_accepts,
    person_enters,
    placed,
)
from callback.dialing.postponing import POSTPONABLE, postpone
from callback.dialing.recovery import ask_after_other_side
from callback.dialing.reservation import ReservationStatus
from callback.dialing.surveying import begin_voice_survey
from callback.dialogue import person_steps, survey_steps
from callback.dialogue.choice import Choice
from callback.dialogue.notices import Purpose
from callback.dialogue.person_steps import PersonDecision, PersonWish
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import HangUp, Join, Role, Say, Turn
from callback.lines.directory import numbers_of
from callback.lines.offer import Window
from callback.phone import person_zone, spoken_groups
from callback.promises.callback import Callback
from callback.promises.do_not_call import put_on_list
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.promises.load import load_of
from callback.promises.offering import room_in, rooms_of
from callback.promises.texting import text, was_texted
from callback.telephony import addresses
from callback.telephony.port import ENDED_STATES, MachineDetection
from webhooks.forms import TwilioForm
from webhooks.requests import Form, Office, VoiceRoute
from webhooks.twiml import render
from webhooks.urls import person_stage, survey_stage
from webhooks.voice.menu_facts import lawful_for

router = APIRouter(route_class=VoiceRoute)


@router.post(addresses.PERSON)
async def person(leg_id: str, step: str, form: Form, office: Office) -> Response:
    """Say what somebody hears at this step of our call to them."""
    if step == person_steps.ENTER:
        await ask_after_other_side(office, leg_id)
    async with office.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        placed(work, leg, case.callback, form.call_sid)
        turn = await _turn(case, leg, step, form)
        speaker = _speaker(case)
    return render(turn, speaker, person_stage(office.addresses, leg_id))


def _speaker(case: Case) -> Speaker:
    callback = case.callback
    if callback is None:
        return Speaker(case.line.language, case.line.zone, case.now)
    zone = person_zone(callback.phone_number, case.line.zone)
    return Speaker(callback.language, zone, case.now, case.line.zone)


async def _turn(case: Case, leg: Leg, step: str, form: TwilioForm) -> Turn:
    if step == person_steps.ENTER:
        return _entering(case, leg)
    if step in (person_steps.ANSWERED, person_steps.REPEAT):
        answered(case, leg)
        if form.is_machine:
            return await _machine(case, leg)
    callback = case.callback
    if callback is None:
        return person_steps.farewell("person.over")
    facts = person_steps.PersonFacts(
        case.line.name,
        callback.requested_at,
        stands=callback.status in OPEN,
        changeable=callback.status in POSTPONABLE,
        windows=Choice.from_json(leg.menu).windows,
    )
    decision = person_steps.decide(step, form.digits, facts)
    if decision.wish is not None:
        return await _grant(case, callback, leg, decision)
    return decision.turn or person_steps.not_a_choice()


async def _machine(case: Case, leg: Leg) -> Turn:
    callback = case.callback
    wanted = case.line.machine_detection == MachineDetection.MESSAGE
    # Asked again for the same call the answer is the same; another call leaves no second message.
    again = bool(leg.menu.get(MESSAGE_LEFT))
    leaves_message = again or (wanted and callback is not None and callback.message_left_at is None)
    if callback is not None and leaves_message and not again:
        callback.message_left_at = case.now
        callback.note("message_left", case.now)
        leg.menu = leg.menu | {MESSAGE_LEFT: True}
    await leg_over(case, leg, LegOutcome.MACHINE)
    await _text_after_voicemail(case)
    if not leaves_message:
        return person_steps.machine()
    numbers = await numbers_of(case.work.session, case.line.id)
    return person_steps.voicemail(case.line.name, spoken_groups(numbers[0]))


async def _text_after_voicemail(case: Case) -> None:
    """Say once by text that we called; after the last attempt there is another text, which says so."""
    callback = case.callback
    if callback is None or callback.status != CallbackStatus.SCHEDULED:
        return
    if not await was_texted(case.work, callback, Purpose.VOICEMAIL):
        text(case.work, case.line, callback, Purpose.VOICEMAIL)


async def _grant(case: Case, callback: Callback, leg: Leg, decision: PersonDecision) -> Turn:
    """Write down what was wished, and return what may be said once that is committed."""
    if decision.wish == PersonWish.CONNECT:
        return _connect(case, leg)
    if decision.wish == PersonWish.READ_LATER:
        return await _read_later(case, callback, leg, *decision.before)
    if decision.wish == PersonWish.POSTPONE and decision.window is not None:
        return await _postpone(case, callback, leg, decision.window)
    wrong = decision.wish == PersonWish.WRONG_NUMBER
    if wrong:
        callback.note("wrong_number", case.now)
    if callback.status in OPEN - {CallbackStatus.CONNECTED}:
        by = "somebody else" if wrong else "the person"
        await cancel_callback(case.work, callback, by, hears_goodbye=leg)
    if decision.wish == PersonWish.NEVER:
        await put_on_list(case.work, callback.phone_number, "the person, when called back")
        return person_steps.farewell("person.never_again")
    return person_steps.farewell("person.wrong_number" if wrong else "person.canceled")


def _connect(case: Case, leg: Leg) -> Turn:
    if not person_accepts(case, leg):
        return person_steps.farewell("person.over")
    there = case.reservation.status in {ReservationStatus.ACCEPTED, ReservationStatus.CONNECTED}
    return person_steps.accepted(agent_is_there=there)


async def _read_later(case: Case, callback: Callback, leg: Leg, *before: Say) -> Turn:
    """Offer the first windows with room after each delay, and one more; none before the present wait."""
    session, line = case.work.session, case.line
    load = await load_of(session, line, case.now)
    rooms = await rooms_of(session, line, load, case.now, lawful_for(callback.phone_number, line))
    wait = load.wait()
    found: list[Window] = []
    for delay in person_steps.delays_for(wait.high if wait is not None else timedelta(0)):
        found += [each for each in rooms.from_on(case.now + delay, 1) if each not in found]
    after = found[-1].until if found else case.now
    found += [each for each in rooms.from_on(after, 1) if each not in found]
    leg.menu = Choice(windows=tuple(found[: person_steps.MOST_LATER])).to_json()
    return person_steps.later(found[: person_steps.MOST_LATER], *before)


async def _postpone(case: Case, callback: Callback, leg: Leg, window: Window) -> Turn:
    session, line = case.work.session, case.line
    load = await load_of(session, line, case.now)
    if await room_in(session, line, window, load, case.now, but_for=callback.id) <= 0:
        return await _read_later(case, callback, leg, Say("person.no_later"))
    postpone(case, callback, leg, window)
    return person_steps.postponed(window)


def _entering(case: Case, leg: Leg) -> Turn:
    agent_has_left = case.ended
    if not person_enters(case, leg):
        return person_steps.farewell("person.over")
    join = Join(case.reservation.conference, Role.PERSON, leg.id, case.reservation.id)
    return person_steps.entering(join, agent_has_left=agent_has_left)


@router.post(addresses.OVER)
async def over(leg_id: str, form: Form, office: Office) -> Response:
    """Say goodbye on a leg whose conference is over, and draw the conclusion."""
    async with office.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        if case.reservation.status == ReservationStatus.CONNECTED:
            await finish(case)
        elif leg.role == LegRole.AGENT and case.reservation.status == ReservationStatus.ACCEPTED:
            agent_left(case)
        on_the_line = leg.role == LegRole.PERSON and form.state not in ENDED_STATES
        if on_the_line and await begin_voice_survey(case):
            stage = survey_stage(office.addresses, case.reservation.id)
            return render(survey_steps.begin(), _speaker(case), stage)
        speaker = Speaker(case.line.language, case.line.zone, work.now)
    # An agent's phone is wanted again at once; a person is thanked.
    goodbye = person_steps.farewell("person.goodbye")
    turn = Turn((), then=HangUp()) if leg.role == LegRole.AGENT else goodbye
    return render(turn, speaker, person_stage(office.addresses, leg_id))
