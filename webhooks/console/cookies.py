"""The cookies: of the session, of forms that are sent before there is one, and of a sign-in elsewhere."""

from __future__ import annotations

from fastapi import Request, Response

from callback.people.provider import Handshake
from callback.people.session import LIFE
from webhooks.requests import runtime_of

FORM_SECONDS = 3600
HANDSHAKE_SECONDS = 600


def _secure(request: Request) -> bool:
    return runtime_of(request).settings.public_base_url.startswith("https:")


def _name(request: Request, name: str) -> str:
    # The prefix makes browsers refuse it from another host, or without TLS.
    return f"__Host-{name}" if _secure(request) else name


def session_secret(request: Request) -> str:
    """Return the secret of the session that the browser holds, or nothing."""
    return request.cookies.get(_name(request, "callback"), "")


def keep_session(request: Request, response: Response, secret: str) -> None:
    """Let the browser hold the secret of a session; scripts cannot read it, other sites not send it."""
    response.set_cookie(
        _name(request, "callback"),
        secret,
        max_age=int(LIFE.total_seconds()),
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="lax",
    )


def drop_session(request: Request, response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(
        _name(request, "callback"), path="/", secure=_secure(request), httponly=True, samesite="lax"
    )


def form_secret(request: Request) -> str:
    """Return the secret that stands in forms of who is not signed in, or nothing."""
    return request.cookies.get(_name(request, "callback-form"), "")


def keep_form_secret(request: Request, response: Response, secret: str) -> None:
    """Let the browser hold the secret of a form for an hour."""
    response.set_cookie(
        _name(request, "callback-form"),
        secret,
        max_age=FORM_SECONDS,
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="strict",
    )


def keep_handshake(request: Request, response: Response, handshake: Handshake) -> None:
    """Let the browser hold what ties the provider's answer to it, for ten minutes."""
    response.set_cookie(
        _name(request, "callback-away"),
        f"{handshake.state}.{handshake.nonce}.{handshake.verifier}",
        max_age=HANDSHAKE_SECONDS,
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="lax",
    )


def handshake_of(request: Request) -> Handshake | None:
    """Return what the browser holds of a sign-in elsewhere, or None."""
    parts = request.cookies.get(_name(request, "callback-away"), "").split(".")
    return Handshake(*parts) if len(parts) == 3 and all(parts) else None


def drop_handshake(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        _name(request, "callback-away"), path="/", secure=_secure(request), httponly=True
    )
