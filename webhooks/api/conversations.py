"""Conversations over the API: who talks with whom, and a supervisor who listens, whispers or joins."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends

from callback.dialing.leg import Leg
from callback.dialing.listening_in import (
    Conversation,
    change_mode,
    conversations,
    listen_in,
    stop_listening,
)
from callback.keys import Role
from webhooks.api.access import at_least
from webhooks.api.shapes import ListenIn, ListeningMode
from webhooks.api.views import instant
from webhooks.requests import Office

router = APIRouter(prefix="/conversations", dependencies=[Depends(at_least(Role.SUPERVISOR))])


@router.get("")
async def list_conversations(office: Office) -> dict[str, Any]:
    """List the conversations of this moment, the oldest first."""
    async with office.database.reading() as session:
        found = await conversations(session)
    return {"items": [_view(each) for each in found], "next": None}


@router.post("/{reservation_id}/supervisors", status_code=201)
async def enter(reservation_id: str, wish: ListenIn, office: Office) -> dict[str, Any]:
    """Ring a supervisor and bring her into the conversation."""
    async with office.work() as work:
        leg = await listen_in(work, reservation_id, wish.agent_id, wish.mode)
        await work.session.flush()
        return _leg_view(leg)


@router.patch("/{reservation_id}/supervisors/{leg_id}")
async def change(
    reservation_id: str, leg_id: str, wish: ListeningMode, office: Office
) -> dict[str, Any]:
    """Listen, whisper or join from now on."""
    return _leg_view(await change_mode(office, reservation_id, leg_id, wish.mode))


@router.delete("/{reservation_id}/supervisors/{leg_id}")
async def leave(reservation_id: str, leg_id: str, office: Office) -> dict[str, Any]:
    """Leave the conversation, which goes on."""
    async with office.work() as work:
        leg = await stop_listening(work, reservation_id, leg_id)
        await work.session.flush()
        return _leg_view(leg)


def _view(each: Conversation) -> dict[str, Any]:
    return {
        "id": each.reservation.id,
        "line_id": each.line.id,
        "agent_id": each.agent.id,
        "call_id": each.reservation.call_id,
        "callback_id": each.reservation.callback_id,
        "since": instant(each.since),
        "supervisors": [_leg_view(leg) for leg in each.supervisors],
    }


def _leg_view(leg: Leg) -> dict[str, Any]:
    return {"id": leg.id, "agent_id": leg.agent_id, "mode": leg.mode, "status": leg.status}
