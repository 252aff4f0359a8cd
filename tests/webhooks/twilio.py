"""Twilio as seen from the web process: signed forms go in, documents come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
from starlette.datastructures import FormData
from starlette.routing import Match
from twilio.request_validator import RequestValidator

from callback.runtime import Runtime
from tests.integration.office import ACCOUNT, LINE_NUMBER, TOKEN
from webhooks.app import create_app

# What Twilio documents of the verbs that we use, as of the voice TwiML reference.
DOCUMENTED = {
    "Response": set(),
    "Say": {"voice", "language", "loop"},
    "Pause": {"length"},
    "Gather": {
        "input", "action", "method", "timeout", "numDigits", "finishOnKey", "actionOnEmptyResult",
        "language", "hints", "bargeIn", "speechTimeout",
    },
    "Redirect": {"method"},
    "Leave": set(),
    "Hangup": set(),
    "Enqueue": {"action", "method", "waitUrl", "waitUrlMethod", "workflowSid", "maxQueueSize"},
    "Dial": {
        "action", "method", "timeout", "hangupOnStar", "timeLimit", "callerId", "record", "answerOnBridge",
    },
    "Conference": {
        "muted", "beep", "startConferenceOnEnter", "endConferenceOnExit", "participantLabel", "waitUrl",
        "waitMethod", "maxParticipants", "record", "region", "coach", "trim", "jitterBufferSize",
        "statusCallback", "statusCallbackEvent", "statusCallbackMethod", "eventCallbackUrl",
    },
}  # fmt: skip
# The verbs that may stand in a document for somebody in a queue.
IN_A_QUEUE = {"Response", "Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"}
ADDRESSES = ("action", "waitUrl", "statusCallback")


@dataclass(frozen=True)
class Document:
    """A TwiML answer, parsed."""

    root: ElementTree.Element

    @property
    def verbs(self) -> list[str]:
        """The verbs at the top, in order."""
        return [element.tag for element in self.root]

    @property
    def said(self) -> str:
        """Everything that is spoken."""
        return " ".join(element.text or "" for element in self.root.iter("Say"))

    def all(self, verb: str) -> list[ElementTree.Element]:
        return list(self.root.iter(verb))

    def one(self, verb: str) -> ElementTree.Element:
        (found,) = self.all(verb)
        return found

    def addresses(self) -> Iterable[str]:
        """Every address to which Twilio would go from here."""
        for element in self.root.iter():
            yield from (element.attrib[name] for name in ADDRESSES if name in element.attrib)
            if element.tag == "Redirect":
                yield element.text or ""


def parse(answer: httpx.Response) -> Document:
    """Return the document, having looked at everything that is true of each."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    assert root.tag == "Response"
    for element in root.iter():
        assert set(element.attrib) <= DOCUMENTED[element.tag], element.tag
    return Document(root)


def signature(url: str, form: FormData, token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


class Twilio:
    """Posts forms to the application, signed as the official library signs them."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.base = runtime.settings.public_base_url
        self.app = create_app(runtime)
        # An error that reaches the server would be a 500 there, too.
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.web = httpx.AsyncClient(transport=transport, base_url=self.base)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.web.aclose()

    async def send(
        self,
        path: str,
        form: Iterable[tuple[str, str]] | dict[str, str] | None = None,
        *,
        token: str = TOKEN,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Post a form to an absolute address or a path, signed with `token` unless `headers` are given."""
        url = path if path.startswith("http") else f"{self.base}{path}"
        fields = FormData(form or {})
        if headers is None:
            headers = {"X-Twilio-Signature": signature(url, fields, token)}
        return await self.web.post(
            url,
            content=urlencode(fields.multi_items()),
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )

    async def ask(self, path: str, call_sid: str = "CA" + "0" * 32, **form: str) -> Document:
        """Ask for a document as Twilio does in a call."""
        asked = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "CallSid": call_sid,
            "CallStatus": "in-progress",
            "From": "+14155550111",
            "To": LINE_NUMBER,
        } | form
        document = parse(await self.send(path, asked))
        for address in document.addresses():
            assert self.leads_somewhere(address), address
        return document

    def leads_somewhere(self, address: str) -> bool:
        """Tell whether an address is absolute, under our base, and served for POST."""
        if not address.startswith(f"{self.base}/twilio/"):
            return False
        path = address.removeprefix(self.base).partition("#")[0]
        scope = {"type": "http", "method": "POST", "path": path, "root_path": "", "headers": []}
        return any(route.matches(scope)[0] == Match.FULL for route in self.app.routes)
