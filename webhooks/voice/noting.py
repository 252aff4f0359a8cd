"""What somebody says after the tone once a call was promised: kept, and played to the agent who will call."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlmodel import col, select

from callback.calls.arriving import find_call
from callback.calls.call import Call
from callback.dialing.events import caller_hung_up
from callback.dialing.leg import Leg, LegRole, LegStatus
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import HangUp, Say, Turn
from callback.errors import CallGone, NotFound, TelephonyError
from callback.lines.directory import get_line
from callback.promises.callback import Callback
from callback.promises.note import keep_note, note_of
from callback.runtime import Runtime, Work
from callback.telephony import addresses
from webhooks.forms import TwilioForm
from webhooks.requests import Form, Office, StatusRoute, VoiceRoute, log
from webhooks.sound import answer_sound
from webhooks.twiml import render
from webhooks.urls import menu_stage

router = APIRouter(route_class=VoiceRoute)
told = APIRouter(route_class=StatusRoute)
heard = APIRouter()


@router.post(addresses.NOTED)
async def noted(form: Form, office: Office) -> Response:
    """Thank for a note, and end the call."""
    async with office.work() as work:
        call = await _keep(work, form)
        await caller_hung_up(work, call)
        line = await get_line(work.session, call.line_id)
        speaker = Speaker(call.language, line.zone, work.now)
    turn = Turn((Say("caller.noted"),), then=HangUp())
    return render(turn, speaker, menu_stage(office.addresses))


@told.post(addresses.NOTE_STATUS)
async def note_status(form: Form, office: Office) -> Response:
    """Keep a note of which the call itself could not tell any more."""
    async with office.work() as work:
        try:
            await _keep(work, form)
        except NotFound:
            log.warning("a note of call %s, which is not known here", form.call_sid)
    return Response(status_code=204)


async def _keep(work: Work, form: TwilioForm) -> Call:
    call = await find_call(work, form.call_sid)
    if call is None:
        raise NotFound("call", form.call_sid)
    found = await work.session.exec(
        select(Callback)
        .where(col(Callback.call_id) == call.id)
        .order_by(col(Callback.requested_at).desc())
        .limit(1)
        .with_for_update()
    )
    callback = found.first()
    if callback is not None and form.recording_sid:
        line = await get_line(work.session, call.line_id)
        await keep_note(work, line, callback, form.recording_sid, form.recording_seconds)
    return call


@heard.get(addresses.NOTE_HEARD)
async def note_heard(leg_id: str, office: Office) -> Response:
    """Play a note to the agent whose leg this is, as long as it lasts; nobody else knows the address."""
    async with office.database.reading() as session:
        leg = await session.get(Leg, leg_id)
        if leg is None or leg.role != LegRole.AGENT or leg.status == LegStatus.ENDED:
            return Response(status_code=404)
        callback_id = leg.callback_id
    return await sound_of(office, callback_id or "")


async def sound_of(office: Runtime, callback_id: str, wanted: str = "") -> Response:
    """Return a callback's note as the telephone company keeps it, or the part that a `Range` header wants.

    The answer is 404 if there is none, 502 if it cannot be had.
    """
    async with office.database.reading() as session:
        note = await note_of(session, callback_id)
    if note is None:
        return Response(status_code=404)
    try:
        sound = await office.telephony.fetch_recording(note.recording_sid)
    except CallGone:
        return Response(status_code=404)
    except TelephonyError:
        return Response(status_code=502)
    return answer_sound(sound, wanted)
