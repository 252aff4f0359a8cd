"""What a user sees instead of what went wrong: one page, in her language, with what to do."""

from __future__ import annotations

import logging
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from callback.errors import (
    CallbackError,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    PromiseRefused,
    TelephonyError,
)
from webhooks.console.form_size import FormTooLarge
from webhooks.console.rendering import go_to, page
from webhooks.console.visitor import BY_ITSELF, SignInFirst, WrongForm

log = logging.getLogger(__name__)

KNOWN: tuple[tuple[type[Exception], HTTPStatus, str], ...] = (
    (FormTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "trouble.too_large"),
    (WrongForm, HTTPStatus.FORBIDDEN, "trouble.form"),
    (NotAllowed, HTTPStatus.FORBIDDEN, "trouble.not_allowed"),
    (NotFound, HTTPStatus.NOT_FOUND, "trouble.not_found"),
    (InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY, "trouble.input"),
    (RequestValidationError, HTTPStatus.UNPROCESSABLE_ENTITY, "trouble.input"),
    (IllegalTransition, HTTPStatus.CONFLICT, "trouble.too_late"),
    (PromiseRefused, HTTPStatus.CONFLICT, "trouble.refused"),
    (TelephonyError, HTTPStatus.BAD_GATEWAY, "trouble.telephony"),
)


async def answer_trouble(request: Request, error: Exception) -> Response:
    """Return the page that says what became of a request that failed."""
    if isinstance(error, SignInFirst):
        return _sign_in_first(request)
    for kind, status, key in KNOWN:
        if isinstance(error, kind):
            detail = str(error) if isinstance(error, CallbackError) else ""
            return await page(request, "trouble.html", status=status, key=key, detail=detail)
    log.error("trouble on %s", request.scope["path"], exc_info=error)
    try:
        return await page(
            request,
            "trouble.html",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            key="trouble.unknown",
            detail="",
        )
    except Exception:
        # Without the database it is not even known who asks.
        log.exception("no page for the trouble on %s", request.scope["path"])
        return Response("Please try again in a moment.\n", status_code=503, media_type="text/plain")


def _sign_in_first(request: Request) -> Response:
    if BY_ITSELF in request.headers:
        return Response(status_code=HTTPStatus.UNAUTHORIZED)
    wanted = request.url.path if request.method == "GET" else ""
    return go_to(f"/sign-in?next={quote(wanted)}" if len(wanted) > 1 else "/sign-in")
