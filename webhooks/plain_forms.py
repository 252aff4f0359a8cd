"""Plain forms, without files: read no further than they may be long, whatever length they state."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException

URL_ENCODED = "application/x-www-form-urlencoded"


class FormTooLong(HTTPException):
    """A form is longer than any of ours."""

    def __init__(self, longest: int) -> None:
        super().__init__(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a form may have {longest} bytes at most"
        )


class TooManyFields(HTTPException):
    """A form has more fields than any of ours."""

    def __init__(self, most: int) -> None:
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, f"a form may have {most} fields at most")


class Fields(dict[str, list[str]]):
    """The fields of a form: by each name the values that were sent under it, in order."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Fields:
        """Return the fields that these pairs of name and value are."""
        fields = cls()
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        return fields

    def last(self, name: str, otherwise: str = "") -> str:
        """Return the value that was sent last under a name."""
        values = self.get(name)
        return values[-1] if values else otherwise

    def getall(self, name: str) -> list[str]:
        """Return all values of a name; what Twilio's library asks a form for."""
        return self[name]


def is_plain_form(request: Request) -> bool:
    """Tell whether a request says that it carries a plain form, without files."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == URL_ENCODED


async def read_fields(request: Request, longest: int, most: int) -> Fields:
    """Return the fields of a plain form of at most `longest` bytes and `most` fields.

    Raises:
        FormTooLong: it goes on after that; the rest is not read.
        TooManyFields: it has more.

    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > longest:
            raise FormTooLong(longest)
    try:
        # What is no UTF-8 stands for itself, as the browser's own rules have it, and fails no form.
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=most)
    except ValueError as error:
        raise TooManyFields(most) from error
    return Fields.of(pairs)
