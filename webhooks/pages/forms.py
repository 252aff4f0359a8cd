"""What browsers send: plain forms only, a few fields each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from callback.errors import InvalidInput
from webhooks.plain_forms import URL_ENCODED, is_plain_form, read_fields

LONGEST = 4_000
MOST_FIELDS = 20


async def plain_form(request: Request) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        InvalidInput: it is no form of ours; files are not even read.
        FormTooLong: it is longer than any of ours, whether it says so or not.

    """
    if not is_plain_form(request):
        raise InvalidInput("body", f"send a form as {URL_ENCODED}")
    fields = await read_fields(request, LONGEST, MOST_FIELDS)
    return {name: fields.last(name) for name in fields}


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
