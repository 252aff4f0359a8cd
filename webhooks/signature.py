"""Is this request really from Twilio? Asked before its meaning is looked at."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import lru_cache

from fastapi import Request
from twilio.request_validator import RequestValidator

from webhooks.plain_forms import Fields


class BadSignature(Exception):
    """The request was not signed with a token of ours."""


def signed_url(public_base_url: str, request: Request) -> str:
    """Return the address that Twilio signed.

    Built from the configured base and the raw path, because a proxy changes host and scheme, and the
    framework's own URL is decoded and put together again.
    """
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    return f"{public_base_url}{path}" + (f"?{query}" if query else "")


def check_signature(tokens: Sequence[str], url: str, form: Fields, signature: str) -> None:
    """Refuse a request that none of `tokens` signed; without any token everything is refused.

    Raises:
        BadSignature: no token fits.

    """
    if not any(_signed_with(token, url, form, signature) for token in tokens if token):
        raise BadSignature(url)


def _signed_with(token: str, url: str, form: Fields, signature: str) -> bool:
    validator = _validator(token)
    # The library always tries the address with its port and without: two signatures, one of them for nothing.
    expected: str = validator.compute_signature(url, form)
    if hmac.compare_digest(expected.encode(), signature.encode()):
        return True
    return bool(validator.validate(url, form, signature))


@lru_cache(maxsize=16)
def _validator(token: str) -> RequestValidator:
    return RequestValidator(token)
