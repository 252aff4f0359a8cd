"""When a voice route fails: say so kindly, keep the place in line, try again, and write it down."""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from callback.dialogue.sentences import FALLBACK, Speaker
from callback.dialogue.turn import Again, HangUp, KeepWaiting, Say, Then, Turn
from callback.runtime import Runtime
from callback.telephony import addresses
from webhooks.signature import BadSignature
from webhooks.twiml import render
from webhooks.urls import Stage

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5


def refuse(request: Request, error: Exception) -> Response | None:
    """Return the refusal of a request that cannot have come from Twilio, or None if it may have."""
    if isinstance(error, BadSignature):
        log.warning("refused %s: not signed by Twilio", request.scope["path"])
        return Response("not signed by Twilio\n", status_code=403, media_type="text/plain")
    if isinstance(error, RequestValidationError):
        return Response("not a request of Twilio's\n", status_code=422, media_type="text/plain")
    return None


def ask_again(request: Request, error: Exception) -> Response:
    """Return what makes Twilio send a status event once more."""
    log.error("trouble on %s", request.scope["path"], exc_info=error)
    return Response(status_code=503, headers={"Retry-After": "1"})


def answer_trouble(request: Request, error: Exception) -> Response:
    """Return what the caller hears instead of what went wrong."""
    refusal = refuse(request, error)
    if refusal is not None:
        return refusal
    log.error("trouble on %s", request.scope["path"], exc_info=error)
    runtime: Runtime = request.app.state.runtime
    own = str(request.scope["path"])
    turn = Turn((Say("caller.trouble"),), pause_seconds=PAUSE_SECONDS, then=_what_follows(own))
    stage = Stage(runtime.addresses, lambda _: runtime.settings.public_base_url + own)
    # No line, no language and no zone are known here, and none can be looked up.
    return render(turn, Speaker(FALLBACK, ZoneInfo("UTC"), runtime.clock.now()), stage)


def _what_follows(path: str) -> Then:
    in_queue = path == addresses.WAITING or path.startswith(addresses.MENU.partition("{")[0])
    if in_queue:
        return KeepWaiting()
    return HangUp() if path == addresses.LEFT else Again("")
