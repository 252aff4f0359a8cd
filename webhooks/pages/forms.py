"""What browsers send: plain forms only, a few fields each."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from callback.errors import InvalidInput

URL_ENCODED = "application/x-www-form-urlencoded"
LONGEST = 4_000


async def plain_form(request: Request) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        InvalidInput: it is no form of ours; files are not even read.

    """
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != URL_ENCODED or int(request.headers.get("Content-Length") or 0) > LONGEST:
        raise InvalidInput("body", f"send a form as {URL_ENCODED}, at most {LONGEST} bytes")
    form = await request.form(max_fields=20)
    return {name: value for name, value in form.items() if isinstance(value, str)}


PlainForm = Annotated[dict[str, str], Depends(plain_form)]


def sender_of(request: Request) -> str:
    """Return the network address from which a request came, as far as it is known."""
    return request.client.host if request.client else "unknown"
