"""What every Twilio route is given: the runtime, and a form whose signature was checked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from callback.runtime import Runtime
from webhooks.forms import TwilioForm
from webhooks.plain_forms import is_plain_form, read_fields
from webhooks.signature import BadSignature, check_signature, signed_url
from webhooks.trouble import answer_trouble, ask_again, refuse

log = logging.getLogger("callback.webhooks")

LONGEST = 100_000
MOST_FIELDS = 1_000
"""Far above Twilio's longest form, that of a text of 1,600 characters."""


def runtime_of(request: Request) -> Runtime:
    """Return the runtime that the composition root made."""
    runtime: Runtime = request.app.state.runtime
    return runtime


async def signed_form(request: Request) -> TwilioForm:
    """Return the form of a request that Twilio signed; anything else is refused with 403."""
    settings = runtime_of(request).settings
    # Nothing else is even read: the files of a stranger's form would be written to the disk.
    if not is_plain_form(request):
        raise BadSignature("not a form as Twilio sends it")
    try:
        form = await read_fields(request, LONGEST, MOST_FIELDS)
    except HTTPException as error:
        raise BadSignature("a form that cannot be read") from error
    check_signature(
        [token.get_secret_value() for token in settings.twilio_auth_token],
        signed_url(settings.public_base_url, request),
        form,
        request.headers.get("X-Twilio-Signature", ""),
    )
    return TwilioForm(form)


async def office_of(request: Request) -> Runtime:
    """Return the runtime to a route; asynchronous, because the framework sends others to a thread."""
    return runtime_of(request)


Office = Annotated[Runtime, Depends(office_of)]
Form = Annotated[TwilioForm, Depends(signed_form)]


class VoiceRoute(APIRoute):
    """A route that answers TwiML whatever happens: nobody on the line hears a robot's error."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the usual handler."""
        handle = super().get_route_handler()

        async def handle_or_apologise(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                return answer_trouble(request, error)

        return handle_or_apologise


class StatusRoute(APIRoute):
    """A route that nobody listens to: a failure is told as one, so that the event is sent again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the usual handler."""
        handle = super().get_route_handler()

        async def handle_or_ask_again(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                return refuse(request, error) or ask_again(request, error)

        return handle_or_ask_again
