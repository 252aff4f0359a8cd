"""A text to one of our numbers: acknowledged without a reply."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.telephony import addresses
from webhooks.requests import Form, StatusRoute, log
from webhooks.twiml import no_reply

router = APIRouter(route_class=StatusRoute)


@router.post(addresses.MESSAGE)
async def incoming(form: Form) -> Response:
    """Take a text; nothing is answered, so that no one gets a reply that they did not ask for."""
    log.info("a text of %d characters came in", len(form.text("Body")))
    return no_reply()
