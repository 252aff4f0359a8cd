"""What browsers send: plain forms only, a few fields each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from callback.errors import InvalidInput
from webhooks.requests import URL_ENCODED, is_url_encoded

LONGEST = 4_000


async def plain_form(request: Request) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        InvalidInput: it is no form of ours; files are not even read.

    """
    if not is_url_encoded(request) or int(request.headers.get("Content-Length") or 0) > LONGEST:
        raise InvalidInput("body", f"send a form as {URL_ENCODED}, at most {LONGEST} bytes")
    form = await request.form(max_fields=20)
    return {name: value for name, value in form.items() if isinstance(value, str)}


PlainForm = Annotated[dict[str, str], Depends(plain_form)]


def instant_in(text: str) -> datetime | None:
    """Return the instant that a field of ours names, None if it is none or has no zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def sender_of(request: Request) -> str:
    """Return the network address from which a request came, as far as it is known."""
    return request.client.host if request.client else "unknown"
