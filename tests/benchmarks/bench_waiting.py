"""How fast waiting callers are answered: our wait route beside one that only checks a signature.

Both run in this process, without a network, one request after the other. The figure to report is the ratio.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator

from callback.database import Database
from tests.acceptance.town import CALLER, LINE, PUBLIC, Town

REQUESTS = 400
ROUNDS = 5
WAITING_CALLERS = 20
Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


async def post(app: Asgi, path: str, form: dict[str, str], signature: str) -> int:
    """Call an application directly, as a server would."""
    body = urlencode(form).encode()
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = {
        b"content-type": b"application/x-www-form-urlencoded",
        b"content-length": str(len(body)).encode(),
        b"x-twilio-signature": signature.encode(),
        b"host": b"callback.example",
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(headers.items()),
        "client": ("127.0.0.1", 1),
        "server": ("callback.example", 443),
        "state": {},
    }
    await app(scope, receive, send)
    return statuses[0]


def bare_app(token: str) -> FastAPI:
    """Return an application that checks a signature and answers a fixed document."""
    app = FastAPI()
    validator = RequestValidator(token)

    @app.post("/twilio/voice/waiting")
    async def waiting(request: Request) -> Response:
        signature = request.headers["X-Twilio-Signature"]
        url = f"{PUBLIC}/twilio/voice/waiting"
        good = validator.validate(url, await request.form(), signature)
        return Response(
            "<Response><Pause/></Response>", 200 if good else 403, media_type="text/xml"
        )

    return app


async def rate_of(app: Asgi, forms: list[tuple[dict[str, str], str]]) -> float:
    """Return requests per second."""
    began = time.perf_counter()
    for number in range(REQUESTS):
        form, signature = forms[number % len(forms)]
        assert await post(app, "/twilio/voice/waiting", form, signature) == 200
    return REQUESTS / (time.perf_counter() - began)


async def test_wait_route(database: Database, tmp_path: Path) -> None:
    town = Town(database, tmp_path)
    await town.open()
    await town.agent(status="away")
    token = town.runtime.settings.twilio_auth_token[0].get_secret_value()
    validator = RequestValidator(token)
    forms = []
    for number in range(WAITING_CALLERS):
        sid = f"CA{number:032d}"
        arriving = {"CallSid": sid, "From": f"{CALLER[:-2]}{number:02d}", "To": LINE}
        signature = validator.compute_signature(f"{PUBLIC}/twilio/voice/incoming", arriving)
        assert await post(town.app, "/twilio/voice/incoming", arriving, signature) == 200
        waits = {**arriving, "QueueSid": "QU" + "0" * 32, "QueuePosition": "3", "QueueTime": "20"}
        forms.append((waits, validator.compute_signature(f"{PUBLIC}/twilio/voice/waiting", waits)))
    bare = bare_app(token)
    ours, plain = [], []
    for _ in range(ROUNDS):
        plain.append(await rate_of(bare, forms))
        ours.append(await rate_of(town.app, forms))
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    best, baseline = max(ours), max(plain)
    sys.stdout.write(
        f"\nwait route on {kind}: {best:.0f}/s beside {baseline:.0f}/s bare: {best / baseline:.0%}\n"
    )
    await town.close()
