"""What supervisors do with callbacks over the API: reassign, dial now, and either or more in bulk."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from callback.dialing.supervising import (
    Change,
    Done,
    audited,
    call_off,
    change_each,
    dial_now,
    move_to_room,
    reassign,
    void_link,
)
from callback.errors import InvalidInput
from callback.keys import Role
from callback.promises.callback import Callback
from callback.promises.requesting import get_callback
from callback.runtime import Work
from webhooks.api.access import Caller, at_least
from webhooks.api.callbacks import view_of
from webhooks.api.shapes import Assignment, Bulk
from webhooks.requests import Office

router = APIRouter(prefix="/callbacks")
Supervisor = Annotated[Caller, Depends(at_least(Role.SUPERVISOR))]


@router.put("/{callback_id}/agent")
async def assign(
    callback_id: str, wish: Assignment, office: Office, caller: Supervisor
) -> dict[str, Any]:
    """Keep a callback for an agent first, or for anyone."""
    async with office.work() as work:
        callback = await get_callback(work, callback_id)
        await reassign(work, callback, wish.agent_id, "api")
        audited(work, callback, "reassign", caller.name)
        await work.session.flush()
        return await view_of(work.session, callback)


@router.post("/{callback_id}/dial-now")
async def hurry(callback_id: str, office: Office, caller: Supervisor) -> dict[str, Any]:
    """Let a callback be dialled as soon as an agent is free."""
    async with office.work() as work:
        callback = await get_callback(work, callback_id)
        await dial_now(work, callback, "api")
        audited(work, callback, "dial_now", caller.name)
        await work.session.flush()
        return await view_of(work.session, callback)


@router.post("/{callback_id}/revoke-link")
async def revoke(callback_id: str, office: Office, caller: Supervisor) -> dict[str, Any]:
    """Let no link open the person's page that was sent before now."""
    async with office.work() as work:
        callback = await get_callback(work, callback_id)
        await void_link(work, callback, "api")
        audited(work, callback, "revoke_link", caller.name)
        await work.session.flush()
        return await view_of(work.session, callback)


@router.post("/bulk")
async def bulk(wish: Bulk, office: Office, caller: Supervisor) -> dict[str, Any]:
    """Move, cancel, reassign or dial several; each is answered for, and one that refuses stops none."""
    done = await change_each(office, wish.ids, _change_of(wish, caller.name))
    return {"items": [_result(each) for each in done]}


def _change_of(wish: Bulk, by: str) -> Change:
    async def change(work: Work, callback: Callback) -> None:
        match wish.action:
            case "cancel":
                await call_off(work, callback, "api")
            case "reassign":
                await reassign(work, callback, wish.agent_id, "api")
            case "dial_now":
                await dial_now(work, callback, "api")
            case "move":
                if wish.promised_from is None:
                    raise InvalidInput("promised_from", "is needed to move callbacks")
                await move_to_room(work, callback, wish.promised_from)
        audited(work, callback, wish.action, by)

    return change


def _result(done: Done) -> dict[str, Any]:
    if done.error is None:
        return {"id": done.callback_id, "done": True}
    return {
        "id": done.callback_id,
        "done": False,
        "error": done.error.error_id,
        "detail": str(done.error),
    }
