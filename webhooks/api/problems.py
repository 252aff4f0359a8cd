"""Errors as RFC 9457 problem documents: mapped once, from the domain's facts to HTTP."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from starlette.exceptions import HTTPException

from callback.errors import (
    CallbackError,
    CallGone,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    PromiseRefused,
    TelephonyRefused,
    TelephonyUnavailable,
    TelephonyUncertain,
)

log = logging.getLogger(__name__)

STATUS: dict[type[CallbackError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    IllegalTransition: HTTPStatus.CONFLICT,
    PromiseRefused: HTTPStatus.CONFLICT,
    NotAllowed: HTTPStatus.FORBIDDEN,
    CallGone: HTTPStatus.CONFLICT,
    TelephonyRefused: HTTPStatus.BAD_GATEWAY,
    TelephonyUncertain: HTTPStatus.BAD_GATEWAY,
    TelephonyUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class NotSignedIn(Exception):
    """The request carries no key, or one that is not ours."""


def problem(status: HTTPStatus, error_id: str, detail: str, **more: object) -> JSONResponse:
    """Return a problem document."""
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(
        {
            "type": f"about:blank#{error_id}",
            "title": status.phrase,
            "status": status,
            "detail": detail,
        }
        | more,
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


def _field(found: dict[str, Any]) -> str:
    """Return the name of the field that is meant; what is no JSON at all is the body's fault."""
    place = found["loc"][1:]
    if not place or found["type"] == "json_invalid":
        return str(found["loc"][0])
    return ".".join(str(part) for part in place)


def add_problem_handlers(app: FastAPI) -> None:
    """Teach the application to answer errors as problem documents."""

    @app.exception_handler(CallbackError)
    async def _domain(_: Request, error: CallbackError) -> JSONResponse:
        known = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        status = next(known, HTTPStatus.INTERNAL_SERVER_ERROR)
        more: dict[str, object] = {}
        if isinstance(error, InvalidInput):
            more["errors"] = [{"field": error.field, "reason": error.reason}]
        if isinstance(error, PromiseRefused):
            more["rule"] = error.rule
        return problem(status, error.error_id, str(error), **more)

    @app.exception_handler(NotSignedIn)
    async def _stranger(_: Request, error: NotSignedIn) -> JSONResponse:
        return problem(HTTPStatus.UNAUTHORIZED, "not-signed-in", str(error))

    @app.exception_handler(RequestValidationError)
    async def _malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [{"field": _field(found), "reason": found["msg"]} for found in error.errors()]
        detail = "; ".join(f"{found['field']}: {found['reason']}" for found in errors)
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", detail, errors=errors)

    @app.exception_handler(IntegrityError)
    async def _taken(_: Request, error: IntegrityError) -> JSONResponse:
        del error
        return problem(
            HTTPStatus.CONFLICT, "already-exists", "something with this key exists already"
        )

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        return problem(HTTPStatus(error.status_code), "http-error", str(error.detail))

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(OSError)
    async def _no_database(request: Request, error: Exception) -> JSONResponse:
        log.error("trouble on %s", request.scope["path"], exc_info=error)
        return problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "the database does not answer; try again"
        )
