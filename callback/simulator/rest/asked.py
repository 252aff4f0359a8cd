"""What a request asks: its path, its form or query, read with Twilio's rules for values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from callback.simulator.rest.refusals import Refusal

PHONE_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
HTTP_METHODS: Final = ("GET", "POST")


@dataclass(frozen=True)
class Asked:
    """One REST request."""

    method: str
    path: str
    names: dict[str, str]
    """What the path names: `sid`, `queue_sid`, and so on."""
    pairs: tuple[tuple[str, str], ...]

    def text(self, name: str, default: str = "") -> str:
        """Return the value; the last one counts where it was sent more than once."""
        return next((value for key, value in reversed(self.pairs) if key == name), default)

    def has(self, name: str) -> bool:
        """Whether the parameter was sent."""
        return any(key == name for key, _ in self.pairs)

    def every(self, name: str) -> list[str]:
        """Return all values of a parameter that may be repeated."""
        return [value for key, value in self.pairs if key == name]

    def integer(self, name: str, default: int, low: int, high: int, code: int = 20001) -> int:
        """Return a whole number within its limits."""
        given = self.text(name)
        if not given:
            return default
        if not given.isdecimal() or not low <= int(given) <= high:
            raise Refusal(code, detail=f"{name}={given!r} is not between {low} and {high}")
        return int(given)

    def flag(self, name: str) -> bool | None:
        """Return true or false, or None where it was not sent."""
        given = self.text(name)
        if not given:
            return None
        if given.lower() not in ("true", "false"):
            raise Refusal(20001, detail=f"{name}={given!r} is neither true nor false")
        return given.lower() == "true"

    def http_method(self, name: str, default: str = "POST") -> str:
        """Return GET or POST."""
        given = self.text(name, default).upper()
        if given not in HTTP_METHODS:
            raise Refusal(21209, detail=f"{name}={given!r}")
        return given

    def url(self, name: str, code: int = 21205) -> str:
        """Return an absolute HTTP URL, or an empty text where none was sent."""
        given = self.text(name)
        if given and not is_url(given):
            raise Refusal(code, detail=f"{name}={given!r}")
        return given

    def words(self, name: str, default: frozenset[str], allowed: tuple[str, ...]) -> frozenset[str]:
        """Return a set sent as repeated parameters; Twilio also puts up with spaces."""
        found = frozenset(word for value in self.every(name) for word in value.split())
        if unknown := found - frozenset(allowed):
            raise Refusal(20001, detail=f"{name} cannot be {', '.join(sorted(unknown))}")
        return found or default


def is_url(text: str) -> bool:
    """Tell whether this is an absolute HTTP URL with a host that Twilio would accept."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "_" not in host


def is_endpoint(text: str) -> bool:
    """Tell whether this can be dialled: a number in E.164, a client, or a SIP address."""
    return PHONE_NUMBER.fullmatch(text) is not None or text.startswith(("client:", "sip:"))


def pairs_of(text: str) -> tuple[tuple[str, str], ...]:
    """Read a form or a query string, keeping empty values."""
    return tuple(parse_qsl(text, keep_blank_values=True))
