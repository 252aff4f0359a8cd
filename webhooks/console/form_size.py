"""How much a form may hold: looked at before any of it is read, since uploads go to the disk."""

from __future__ import annotations

from fastapi import Request

LARGEST_MB = 20


class FormTooLarge(Exception):
    """A form is larger than any of ours, or does not say how large it is."""


def check_size(request: Request) -> None:
    """Refuse a form that is too large; the server holds a request to the length that it states.

    Raises:
        FormTooLarge: it is.

    """
    stated = request.headers.get("Content-Length", "0")
    unknown = "Transfer-Encoding" in request.headers or not stated.isdecimal()
    if unknown or int(stated) > LARGEST_MB * 1_000_000:
        raise FormTooLarge
