"""A stage for the simulator: an application that answers from a script, and a clock moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from twilio.request_validator import RequestValidator

from callback.clock import ManualClock
from callback.simulator.account import Account
from callback.simulator.app import create_app
from callback.simulator.exchange import Exchange
from callback.simulator.persona import persona_from
from callback.simulator.rehearsal import play
from callback.simulator.transport import Response, Timeouts

LINE = "+15550100100"
CALLER = "+14155550111"
AGENT = "+14155550122"
HOST = "https://app.example"
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
XML = {"content-type": "text/xml"}

Answer = str | Response | Exception | Callable[[dict[str, str]], str | Response]


@dataclass
class Request:
    """What the application was asked."""

    at: datetime
    method: str
    url: str
    headers: Mapping[str, str]
    params: dict[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


@dataclass
class Application:
    """The application under test: a script of answers by path; unknown paths answer 204."""

    clock: ManualClock
    token: str
    script: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    timeouts: list[Timeouts] = field(default_factory=list)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeouts: Timeouts,
    ) -> Response:
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        signature = headers["X-Twilio-Signature"]
        assert RequestValidator(self.token).validate(url, form, signature), url
        self.requests.append(Request(self.clock.now(), method, url, headers, {**query, **form}))
        self.timeouts.append(timeouts)
        answer = self.script.get(urlsplit(url).path)
        if callable(answer):
            answer = answer({**query, **form})
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return Response(200, XML, f"<Response>{answer}</Response>".encode())
        return answer or Response(204, {}, b"")

    async def close(self) -> None:
        return None

    def asked(self, path: str) -> list[dict[str, str]]:
        """Return the parameters of every request for a path."""
        return [request.params for request in self.requests if request.path == path]

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def times(self, path: str) -> list[float]:
        """Return when a path was asked for, in seconds from the start."""
        asked = [request.at for request in self.requests if request.path == path]
        return [(at - START).total_seconds() for at in asked]


class Stage:
    """Everything a scene needs."""

    def __init__(self, **account: object) -> None:
        self.clock = ManualClock(START)
        self.account = Account(**account)  # type: ignore[arg-type]
        self.app = Application(self.clock, self.account.auth_token)
        self.exchange = Exchange(
            self.clock, self.account, self.app, api_base="http://127.0.0.1:4010"
        )
        self.exchange.set_number(
            LINE,
            voice_url=f"{HOST}/voice",
            status_callback=f"{HOST}/number-status",
            sms_url=f"{HOST}/sms",
        )

        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app(self.exchange)),
            base_url="http://127.0.0.1:4010",
            auth=(self.account.sid, self.account.auth_token),
        )

    async def close(self) -> None:
        await self.client.aclose()
        await self.exchange.close()

    async def rest(
        self, method: str, path: str, expect: int | None = None, **form: object
    ) -> dict[str, Any]:
        """Make a REST request below the account; a list sends a parameter several times."""
        url = f"/2010-04-01/Accounts/{self.account.sid}{path}"
        sent = {"params": form} if method == "GET" else {"data": form}
        answer = await self.client.request(method, url, **sent)  # type: ignore[arg-type]
        if expect is not None:
            assert answer.status_code == expect, answer.text
        return dict(answer.json()) if answer.content else {}

    async def call(self, to: str = CALLER, **form: object) -> str:
        """Place a call with a document and all status events."""
        given = {
            "To": to,
            "From": LINE,
            "Url": f"{HOST}/returning",
            "StatusCallback": f"{HOST}/status",
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            **form,
        }
        created = await self.rest("POST", "/Calls.json", 201, **given)
        return str(created["sid"])

    def person(self, number: str, **persona: object) -> None:
        self.exchange.people.register(number, persona_from(persona))

    def dial(self, from_: str = CALLER, **persona: object) -> str:
        chosen = persona_from(persona) if persona else None
        return self.exchange.incoming_call(from_, LINE, chosen).sid

    async def play(
        self, until: Callable[[], bool] | None = None, seconds: float | None = None
    ) -> None:
        """Play until something holds, for so many seconds, or until nothing more happens."""
        end = self.clock.now() + timedelta(seconds=seconds or 3_600)
        await play(self.exchange, self.clock, until, end - self.clock.now())
        if seconds is not None and until is None:
            self.clock.move_to(end)

    def said(self, sid: str, kind: str = "said") -> list[str]:
        return [
            line["text"] for line in self.exchange.calls[sid].transcript if line["kind"] == kind
        ]

    def codes(self) -> list[int]:
        return [problem["code"] for problem in self.exchange.problems.as_json()]
