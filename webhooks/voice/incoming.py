"""A caller arrives: written down, greeted, and given a place in the line's queue."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from callback.calls.arriving import answer, turn_away
from callback.calls.call import Call, CallStatus
from callback.dialogue.sentences import FALLBACK, Speaker
from callback.dialogue.turn import Enqueue, HangUp, Say, Turn
from callback.lines.directory import line_of_number
from callback.lines.hours import is_open, next_opening
from callback.lines.line import Line
from callback.phone import caller_number, mask
from callback.telephony import addresses
from webhooks.requests import Form, Office, VoiceRoute, log
from webhooks.twiml import render
from webhooks.urls import menu_stage

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
        call = await answer(work, line, form.call_sid, number, line.language)
        turn = _welcome(line, call, work.now)
        if isinstance(turn.then, HangUp) and call.status == CallStatus.ARRIVING:
            turn_away(work, call)
        speaker = Speaker(line.language, line.zone, work.now)
    return render(turn, speaker, menu_stage(office.addresses))


def _welcome(line: Line, call: Call, now: datetime) -> Turn:
    if call.status in SERVED:
        # Known from before, and no longer waiting: its last address failed, and nothing is left to do.
        return Turn((Say("caller.goodbye"),), then=HangUp())
    greeting = Say("caller.greeting", {"line": line.name})
    if is_open(line, now):
        return Turn((greeting,), then=Enqueue(call.line_id))
    opening = next_opening(line, now)
    closed = Say("caller.closed_until", {"opening": opening}) if opening else Say("caller.closed")
    return Turn((greeting, closed), then=HangUp())


@router.post(addresses.FALLBACK)
async def fallback(form: Form, office: Office) -> Response:
    """Take over a call whose first address failed, as if it had just arrived."""
    log.error("Twilio fell back: error %s at %s", form.text("ErrorCode"), form.text("ErrorUrl"))
    return await incoming(form, office)
