"""What a person said after the tone, over the API: to be heard, and thrown away."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Depends, Response

from callback.errors import NotFound, TelephonyUnavailable
from callback.keys import Role
from callback.promises.note import note_of, throw_away
from webhooks.api.access import at_least
from webhooks.requests import Office
from webhooks.voice.noting import sound_of

router = APIRouter(prefix="/callbacks")


@router.get("/{callback_id}/note", dependencies=[Depends(at_least(Role.AGENT))])
async def hear(callback_id: str, office: Office) -> Response:
    """Return the note of a callback as a WAV file."""
    sound = await sound_of(office, callback_id)
    if sound.status_code == HTTPStatus.NOT_FOUND:
        raise NotFound("note", callback_id)
    if sound.status_code == HTTPStatus.BAD_GATEWAY:
        raise TelephonyUnavailable("the telephone company cannot be reached")
    return sound


@router.delete(
    "/{callback_id}/note", status_code=204, dependencies=[Depends(at_least(Role.SUPERVISOR))]
)
async def delete(callback_id: str, office: Office) -> None:
    """Throw the note of a callback away, here and at the telephone company."""
    async with office.database.reading() as session:
        if await note_of(session, callback_id) is None:
            raise NotFound("note", callback_id)
    if not await throw_away(office, callback_id):
        raise TelephonyUnavailable("the telephone company cannot be reached; it is tried again")
