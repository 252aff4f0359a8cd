"""A caller arrives: written down, greeted, and given a place in the line's queue."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from callback.calls.arriving import answer, turn_away
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.dialogue import arrival_steps
from callback.dialogue.sentences import FALLBACK, Speaker
from callback.dialogue.turn import HangUp, Say, Turn
from callback.lines.directory import language_of_number, line_of_number
from callback.lines.line import Line
from callback.phone import caller_number, mask
from callback.promises.board import read_board
from callback.promises.owed import missed_callback
from callback.runtime import Work
from callback.telephony import addresses
from webhooks.requests import Form, Office, VoiceRoute, log
from webhooks.twiml import render
from webhooks.urls import menu_stage
from webhooks.voice.menu_facts import facts_of, pending_for, speaker_for

router = APIRouter(route_class=VoiceRoute)

SERVED = frozenset({CallStatus.LEAVING, CallStatus.CONNECTED, CallStatus.ENDED})


@router.post(addresses.INCOMING)
async def incoming(form: Form, office: Office) -> Response:
    """Answer a call to one of our numbers."""
    async with office.work() as work:
        line = await line_of_number(work.session, form.called)
        if line is None:
            log.warning("a call to %s, which leads to no line", mask(form.called))
            speaker = Speaker(FALLBACK, ZoneInfo("UTC"), work.now)
            turn = Turn((Say("caller.not_in_service"),), then=HangUp())
            return render(turn, speaker, menu_stage(office.addresses))
        number = caller_number(form.caller_id, line.country)
        spoken = await language_of_number(work.session, form.called)
        call = await answer(work, line, form.call_sid, number, spoken or line.language)
        turn = await _welcome(work, line, call, asks_language=spoken is None)
        if (
            isinstance(turn.then, HangUp)
            and turn.listen is None
            and call.status == CallStatus.ARRIVING
        ):
            turn_away(work, call)
        speaker = speaker_for(line, call, work.now)
    return render(turn, speaker, menu_stage(office.addresses))


async def _welcome(work: Work, line: Line, call: Call, *, asks_language: bool) -> Turn:
    if call.status in SERVED:
        # Known from before, and no longer waiting: its last address failed, and nothing is left to do.
        return Turn((Say("caller.goodbye"),), then=HangUp())
    pending = await pending_for(work.session, line, call)
    board = await read_board(work.session, line, work.now)
    facts = facts_of(board, call, work.now, in_queue=False, pending=pending)
    if asks_language and len(facts.languages) > 1:
        return arrival_steps.languages(facts)
    # Who hangs up on what is said before the queue has not abandoned it.
    if facts.pending is not None:
        call.outcome = CallOutcome.SELF_SERVED
    elif facts.closed:
        call.outcome = CallOutcome.TURNED_AWAY
    missed = await missed_callback(work.session, line.id, call.phone_number, work.now)
    greeting = arrival_steps.greeting(facts)
    if missed is None or facts.pending is not None or facts.closed:
        return arrival_steps.arrival(facts, greeting)
    call.take_place_of(missed.arrived_at)
    return arrival_steps.arrival(facts, greeting, Say("caller.missed"))


@router.post(addresses.FALLBACK)
async def fallback(form: Form, office: Office) -> Response:
    """Take over a call whose first address failed, as if it had just arrived."""
    log.error("Twilio fell back: error %s at %s", form.text("ErrorCode"), form.text("ErrorUrl"))
    return await incoming(form, office)
