"""Status events of texts that we sent: into the inbox first, then interpreted."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.dialing.events import take
from callback.telephony import addresses
from webhooks.requests import Form, Office, StatusRoute

router = APIRouter(route_class=StatusRoute)


@router.post(addresses.MESSAGE_STATUS)
async def message_status(message_id: str, form: Form, office: Office) -> Response:
    """Take an event of a text."""
    state = form.text_state
    payload = form.kept() | ({"text_state": state.value} if state else {})
    key = f"message:{message_id}:{form.message_sid}:{form.text('MessageStatus')}"
    await take(office, key, "message", message_id, form.message_sid, payload)
    return Response(status_code=204)
