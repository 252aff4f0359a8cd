"""A caller waits: told how long, offered a callback, and led through the menu without losing the place."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.arriving import call_and_line, find_call, take_place_in_line
from callback.calls.call import Call, CallStatus
from callback.dialing.rules import callable_number, check_number
from callback.dialogue import steps
from callback.dialogue.sentences import Speaker
from callback.dialogue.steps import Choice, Facts, Promise, Step
from callback.dialogue.turn import Turn
from callback.errors import NoLongerWaiting, NotFound, PromiseRefused
from callback.lines.directory import get_line
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.callback import CallbackKind
from callback.promises.offering import load_of, offer_for
from callback.promises.requesting import Request, request_callback
from callback.runtime import Runtime, Work
from callback.telephony import addresses
from webhooks.requests import Form, Office, VoiceRoute, log
from webhooks.twiml import render
from webhooks.urls import menu_stage

router = APIRouter(route_class=VoiceRoute)


async def _waiting_call(work: Work, call_sid: str) -> tuple[Call, Line]:
    call = await find_call(work, call_sid)
    if call is None:
        raise NotFound("call", call_sid)
    return call, await get_line(work.session, call.line_id)


async def _facts(
    session: AsyncSession, now: datetime, line: Line, call: Call, digits: str = ""
) -> Facts:
    load = await load_of(session, line, call.arrived_at)
    number = call.phone_number
    may_be_called = number is not None and check_number(number, frozenset({line.country})) is None
    return Facts(
        offer=await offer_for(session, line, load, now),
        wait=load.wait(),
        caller_number=number if may_be_called else None,
        choice=Choice.from_json(call.menu),
        typed_number=callable_number(digits, line.country) if digits else None,
        announce_seconds=line.announce_every_seconds,
    )


@router.post(addresses.WAITING)
async def waiting(form: Form, office: Office) -> Response:
    """Tell a caller in the queue what there is to tell; the queue asks for this again and again."""
    now = office.clock.now()
    async with office.database.reading() as session:
        call, line = await call_and_line(session, form.call_sid)
        facts = await _facts(session, now, line, call)
    # Hundreds wait and ask every few seconds: only what is new is worth the one place at the writing desk.
    offered = facts.offer.stands and call.offered_at is None
    if offered or call.menu or call.status == CallStatus.ARRIVING or not call.queue_sid:
        async with office.work() as work:
            call, line = await _waiting_call(work, form.call_sid)
            take_place_in_line(work, call, form.queue_sid)
            call.menu = {}
            if offered:
                call.offered_at = work.now
    speaker = Speaker(call.language, line.zone, now)
    return render(steps.waiting(facts), speaker, menu_stage(office.addresses))


@router.post(addresses.MENU)
async def menu(step: Step, form: Form, office: Office) -> Response:
    """Act on a key that was pressed in the menu; what is spoken of as promised is committed before."""
    async with office.work() as work:
        call, line = await _waiting_call(work, form.call_sid)
        facts = await _facts(
            work.session, work.now, line, call, form.digits if step == Step.TYPED else ""
        )
        decision = steps.decide(step, form.digits, facts)
        call.menu = decision.choice.to_json()
        speaker = Speaker(call.language, line.zone, work.now)
    if decision.promise is not None:
        turn = await _promise(office, form.call_sid, decision.promise, facts)
    else:
        turn = decision.turn or steps.waiting(facts)
    return render(turn, speaker, menu_stage(office.addresses))


async def _promise(office: Runtime, call_sid: str, promise: Promise, facts: Facts) -> Turn:
    try:
        async with office.work() as work:
            call, line = await _waiting_call(work, call_sid)
            request = Request(promise.number, call.language, promise.window, call)
            callback = await request_callback(work, line, request)
            spoken = steps.promised(
                callback.phone_number,
                Window(callback.promised_from, callback.promised_until),
                scheduled=callback.kind == CallbackKind.SCHEDULED,
            )
    except PromiseRefused as refusal:
        log.info("no promise to call %s: %s", call_sid, refusal)
        return steps.not_promised(refusal.rule, facts)
    except NoLongerWaiting as refusal:
        log.info("no promise to call %s: %s", call_sid, refusal)
        return steps.not_promised("no_longer_waiting", facts)
    return spoken
