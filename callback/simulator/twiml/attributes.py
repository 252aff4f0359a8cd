"""Reading the attributes of one element: Twilio's defaults, Twilio's limits, and what to complain about.

A wrong value is a warning and the default is used, as Twilio does; a wrong element is an error and the
document is not performed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Complaint:
    """Something wrong with a document, under Twilio's code."""

    code: int
    detail: str
    level: str = "warning"


@dataclass
class Complaints:
    """What was found wrong so far."""

    found: list[Complaint] = field(default_factory=list)

    def warn(self, code: int, detail: str) -> None:
        """Note something that Twilio puts up with."""
        self.found.append(Complaint(code, detail))

    def fail(self, code: int, detail: str) -> None:
        """Note something for which Twilio drops the document."""
        self.found.append(Complaint(code, detail, "error"))


class Attributes:
    """The attributes of an element; each is asked for once, and what nobody asked for is unknown."""

    def __init__(self, element: Element, complaints: Complaints) -> None:
        self._tag = element.tag
        self._left = dict(element.attrib)
        self.complaints = complaints

    def text(self, name: str, default: str = "") -> str:
        """Return the value as it stands."""
        return self._left.pop(name, default)

    def optional(self, name: str) -> str | None:
        """Return the value, or None where it was not given: for attributes whose absence means something."""
        return self._left.pop(name, None)

    def integer(
        self, name: str, default: int, low: int = 0, high: int | None = None, code: int = 12200
    ) -> int:
        """Return a whole number within its limits."""
        given = self._left.pop(name, None)
        if given is None:
            return default
        if given.isdecimal() and low <= int(given) and (high is None or int(given) <= high):
            return int(given)
        self._wrong(name, given, code)
        return default

    def flag(self, name: str, *, default: bool, code: int = 12200) -> bool:
        """Return true or false; Twilio reads the words without regard to case."""
        given = self._left.pop(name, None)
        if given is None:
            return default
        if given.lower() in ("true", "false"):
            return given.lower() == "true"
        self._wrong(name, given, code)
        return default

    def choice(self, name: str, default: str, options: Collection[str], code: int = 12200) -> str:
        """Return one of a few words."""
        given = self._left.pop(name, None)
        if given is None:
            return default
        if given in options:
            return given
        self._wrong(name, given, code)
        return default

    def method(self, name: str = "method", default: str = "POST", code: int = 12200) -> str:
        """Return GET or POST."""
        given = self._left.get(name)
        if given is not None:
            self._left[name] = given.upper()
        return self.choice(name, default, METHODS, code)

    def words(
        self, name: str, default: Collection[str], options: Collection[str]
    ) -> frozenset[str]:
        """Return a set written as words with spaces between."""
        given = self._left.pop(name, None)
        if given is None:
            return frozenset(default)
        found = frozenset(given.split())
        if unknown := found - frozenset(options):
            self._wrong(name, " ".join(sorted(unknown)), 12200)
        return found & frozenset(options)

    def accept(self, *names: str) -> None:
        """Take attributes that are legal but change nothing here."""
        for name in names:
            self._left.pop(name, None)

    def close(self) -> None:
        """Complain about every attribute that nobody asked for."""
        for name in self._left:
            self.complaints.warn(12200, f"<{self._tag}> has no attribute {name!r}")

    def _wrong(self, name: str, given: str, code: int) -> None:
        self.complaints.warn(code, f"<{self._tag} {name}={given!r}>")


def text_of(element: Element) -> str:
    """Return the element's text with inner markup removed and white space made single."""
    return " ".join("".join(element.itertext()).split())


def refuse_children(element: Element, complaints: Complaints, code: int = 12200) -> None:
    """Complain about anything nested where nothing may be."""
    for child in element:
        complaints.fail(code, f"<{child.tag}> is not allowed within <{element.tag}>")
