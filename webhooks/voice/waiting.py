"""A caller waits: told how long, offered a callback, and led through the menu without losing the place."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.calls.arriving import find_call, take_place_in_line
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.dialing.canceling import cancel_callback
from callback.dialogue import arrival_steps, steps
from callback.dialogue.choice import Decision, Facts, Promise, Step, Wish
from callback.dialogue.turn import Turn
from callback.errors import IllegalTransition, NoLongerWaiting, NotFound, PromiseRefused
from callback.lines.directory import get_line
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.callback import CallbackKind
from callback.promises.requesting import Request, move_callback, request_callback
from callback.runtime import Work
from callback.telephony import addresses
from webhooks.requests import Form, Office, Room, VoiceRoute, log
from webhooks.twiml import render
from webhooks.urls import menu_stage
from webhooks.voice.menu_facts import facts_of, listening_zone, owed_to, pending_for, speaker_for

router = APIRouter(route_class=VoiceRoute)


async def _waiting_call(work: Work, call_sid: str) -> tuple[Call, Line]:
    call = await find_call(work, call_sid)
    if call is None:
        raise NotFound("call", call_sid)
    return call, await get_line(work.session, call.line_id)


@router.post(addresses.WAITING)
async def waiting(form: Form, office: Office, room: Room) -> Response:
    """Tell a caller in the queue what there is to tell; the queue asks for this again and again."""
    now = office.clock.now()
    known = await room.calls.find(form.call_sid)
    board = await room.boards.of(known.line_id)
    facts = facts_of(board, known, now, in_queue=True)
    # Hundreds wait and ask every few seconds: only what is new is worth the one place at the writing desk.
    offered = facts.offer.stands and known.offered_at is None
    if offered or known.menu or known.status == CallStatus.ARRIVING or not known.queue_sid:
        async with office.work() as work:
            call, _ = await _waiting_call(work, form.call_sid)
            take_place_in_line(work, call, form.queue_sid)
            call.menu = {}
            if offered:
                call.offered_at = work.now
    speaker = speaker_for(board.line, known, now)
    return render(steps.waiting(facts), speaker, menu_stage(office.addresses))


@router.post(addresses.MENU)
async def menu(step: Step, form: Form, office: Office, room: Room) -> Response:
    """Act on a key that was pressed in the menu; what is spoken of as promised is committed before."""
    board = await room.boards.of((await room.calls.find(form.call_sid)).line_id)
    async with office.work() as work:
        call, line = await _waiting_call(work, form.call_sid)
        in_queue = call.status != CallStatus.ARRIVING
        pending = None if in_queue else await pending_for(work.session, line, call)
        facts = facts_of(
            board, call, work.now, step, form.digits, in_queue=in_queue, pending=pending
        )
        decision = steps.decide(step, form.digits, facts, listening_zone(line, call))
        call.menu = decision.choice.to_json()
        if decision.language is not None:
            call.language = decision.language
        speaker = speaker_for(line, call, work.now)
        turn = await _carry_out(work, line, call, decision, facts)
    return render(turn, speaker, menu_stage(office.addresses))


async def _carry_out(work: Work, line: Line, call: Call, decision: Decision, facts: Facts) -> Turn:
    """Write down what was decided, and return what may be said once that is committed."""
    if decision.promise is not None:
        return await _promise(work, line, call, decision.promise, facts)
    if decision.move is not None:
        return await _move(work, line, call, decision.move, facts)
    if decision.wish is not None:
        return await _grant(work, line, call, decision.wish)
    return decision.turn or steps.waiting(facts)


async def _promise(work: Work, line: Line, call: Call, promise: Promise, facts: Facts) -> Turn:
    request = Request(promise.number, call.language, promise.window, call, reason=promise.reason)
    try:
        callback = await request_callback(work, line, request)
    except PromiseRefused as refusal:
        log.info("no promise to call %s: %s", call.call_sid, refusal)
        return steps.not_promised(refusal.rule, facts)
    except NoLongerWaiting as refusal:
        log.info("no promise to call %s: %s", call.call_sid, refusal)
        return steps.not_promised("no_longer_waiting", facts)
    return steps.promised(
        callback.phone_number,
        Window(callback.promised_from, callback.promised_until),
        scheduled=callback.kind == CallbackKind.SCHEDULED,
        in_queue=call.queue_sid is not None,
    )


async def _move(work: Work, line: Line, call: Call, window: Window, facts: Facts) -> Turn:
    owed = await owed_to(work.session, line, call)
    try:
        if owed is not None:
            await move_callback(work, line, owed, window)
            return arrival_steps.moved(window)
    except (PromiseRefused, IllegalTransition) as refusal:
        log.info("callback not moved for %s: %s", call.call_sid, refusal)
    return steps.not_promised("cannot_be_kept", facts)


async def _grant(work: Work, line: Line, call: Call, wish: Wish) -> Turn:
    """Take a promise back; whoever would rather wait gets its place in line."""
    owed = await owed_to(work.session, line, call)
    if owed is not None:
        await cancel_callback(work, owed, "the caller")
        call.outcome = None if wish == Wish.OLD_PLACE else CallOutcome.SELF_SERVED
        if wish == Wish.OLD_PLACE:
            call.take_place_of(min(owed.arrived_at, owed.requested_at))
    return arrival_steps.old_place(line.id) if wish == Wish.OLD_PLACE else arrival_steps.canceled()
