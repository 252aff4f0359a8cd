"""Where the call goes next: Redirect, Hangup, Reject."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from callback.simulator.twiml.attributes import Attributes, Complaints, refuse_children, text_of


@dataclass(frozen=True)
class Redirect:
    """Another document takes over; an empty URL means the same one again."""

    url: str
    method: str = "POST"


@dataclass(frozen=True)
class Hangup:
    """The end of the call."""


@dataclass(frozen=True)
class Reject:
    """An incoming call is not answered."""

    reason: str = "rejected"


def parse_redirect(element: Element, complaints: Complaints) -> Redirect:
    """Read `<Redirect>`."""
    attributes = Attributes(element, complaints)
    refuse_children(element, complaints)
    redirect = Redirect(text_of(element), attributes.method(code=13710))
    attributes.close()
    return redirect


def parse_hangup(element: Element, complaints: Complaints) -> Hangup:
    """Read `<Hangup>`."""
    Attributes(element, complaints).close()
    _parameters_only(element, complaints)
    return Hangup()


def parse_reject(element: Element, complaints: Complaints) -> Reject:
    """Read `<Reject>`."""
    attributes = Attributes(element, complaints)
    _parameters_only(element, complaints)
    reject = Reject(attributes.choice("reason", "rejected", ("rejected", "busy"), 13810))
    attributes.close()
    return reject


def _parameters_only(element: Element, complaints: Complaints) -> None:
    for child in element:
        if child.tag != "Parameter":
            complaints.fail(12200, f"<{child.tag}> is not allowed within <{element.tag}>")
