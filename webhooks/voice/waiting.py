"""A caller waits: told how long, offered a callback, and led through the menu without losing the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from callback.calls.arriving import find_call, take_place_in_line
from callback.calls.call import CallStatus
from callback.calls.waiting_calls import WaitingCalls
from callback.dialogue import steps
from callback.dialogue.choice import Step
from callback.errors import NotFound
from callback.promises.board import Boards
from callback.telephony import addresses
from webhooks.requests import Form, Office, VoiceRoute, runtime_of
from webhooks.twiml import render
from webhooks.urls import menu_stage
from webhooks.voice.menu_desk import MenuDesk, Press
from webhooks.voice.menu_facts import facts_of, speaker_for

router = APIRouter(route_class=VoiceRoute)


@dataclass(frozen=True)
class WaitingRoom:
    """What this process has read for all callers who wait; nothing in it is the only copy of anything."""

    calls: WaitingCalls
    boards: Boards
    desk: MenuDesk


async def waiting_room_of(request: Request) -> WaitingRoom:
    """Return the waiting room of this process, made when the first caller asks."""
    state = request.app.state
    room: WaitingRoom | None = getattr(state, "waiting_room", None)
    if room is None:
        runtime = runtime_of(request)
        calls = WaitingCalls(runtime.database)
        boards = Boards(runtime.database, runtime.clock)
        room = WaitingRoom(calls, boards, MenuDesk(runtime, calls, boards))
        state.waiting_room = room
    return room


Room = Annotated[WaitingRoom, Depends(waiting_room_of)]


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
            call = await find_call(work, form.call_sid)
            if call is None:
                raise NotFound("call", form.call_sid)
            take_place_in_line(work, call, form.queue_sid)
            call.menu = {}
            if offered:
                call.offered_at = work.now
    speaker = speaker_for(board.line, known, now)
    return render(steps.waiting(facts), speaker, menu_stage(office.addresses))


@router.post(addresses.MENU)
async def menu(step: Step, form: Form, office: Office, room: Room) -> Response:
    """Act on a key that was pressed in the menu; what is spoken of as promised is committed before."""
    reply = await room.desk.press(Press(form.call_sid, step, form.digits))
    return render(reply.turn, reply.speaker, menu_stage(office.addresses))
