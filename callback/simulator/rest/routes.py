"""The API's front door: authentication, the route table, errors, and the journal of requests."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from callback.simulator.call import API_VERSION
from callback.simulator.exchange import Exchange
from callback.simulator.rest import calls, conferences, messages, numbers, queues, recordings
from callback.simulator.rest.asked import Asked, pairs_of
from callback.simulator.rest.lost import Cut
from callback.simulator.rest.refusals import Refusal, not_found

Handler = Callable[[Exchange, Asked], tuple[int, dict[str, Any] | None]]

ROOT: Final = f"/{API_VERSION}/Accounts/{{account_sid}}"
ROUTES: Final[dict[str, dict[str, Handler]]] = {
    "/Calls.json": {"POST": calls.create, "GET": calls.listed},
    "/Calls/{sid}.json": {"GET": calls.fetch, "POST": calls.update, "DELETE": calls.delete},
    "/Queues.json": {"POST": queues.create, "GET": queues.listed},
    "/Queues/{sid}.json": {"GET": queues.fetch, "POST": queues.update, "DELETE": queues.delete},
    "/Queues/{queue_sid}/Members.json": {"GET": queues.list_members},
    "/Queues/{queue_sid}/Members/{call_sid}.json": {
        "GET": queues.fetch_member,
        "POST": queues.dequeue_member,
    },
    "/Conferences.json": {"GET": conferences.listed},
    "/Conferences/{sid}.json": {"GET": conferences.fetch, "POST": conferences.update},
    "/Conferences/{conference_sid}/Participants.json": {
        "POST": conferences.add_participant,
        "GET": conferences.list_participants,
    },
    "/Conferences/{conference_sid}/Participants/{call_sid}.json": {
        "GET": conferences.fetch_participant,
        "POST": conferences.update_participant,
        "DELETE": conferences.remove_participant,
    },
    "/Messages.json": {"POST": messages.create, "GET": messages.listed},
    "/Messages/{sid}.json": {
        "GET": messages.fetch,
        "POST": messages.update,
        "DELETE": messages.delete,
    },
    "/IncomingPhoneNumbers.json": {"POST": numbers.create, "GET": numbers.listed},
    "/IncomingPhoneNumbers/{sid}.json": {
        "GET": numbers.fetch,
        "POST": numbers.update,
        "DELETE": numbers.delete,
    },
    "/Recordings.json": {"GET": recordings.listed},
    "/Recordings/{sid}.json": {"GET": recordings.fetch, "DELETE": recordings.delete},
    "/Calls/{call_sid}/Recordings.json": {"GET": recordings.listed},
}


SHOWN: Final = frozenset({"host", "user-agent", "accept", "content-type", "content-length"})


def rest_routes(exchange: Exchange) -> list[Route]:
    """Return the routes of the API, and one that refuses everything else under its version."""
    routes = [
        Route(ROOT + path, _door(exchange, handlers), methods=list(handlers))
        for path, handlers in ROUTES.items()
    ]
    routes.append(Route(ROOT + "/Recordings/{sid}", _sound(exchange), methods=["GET"]))
    nowhere = _door(exchange, dict.fromkeys(("GET", "POST", "DELETE", "PUT"), _nowhere))
    rest = f"/{API_VERSION}/{{rest:path}}"
    return [*routes, Route(rest, nowhere, methods=["GET", "POST", "DELETE", "PUT"])]


def _nowhere(exchange: Exchange, asked: Asked) -> tuple[int, None]:
    del exchange
    raise not_found(asked.path)


def _sound(exchange: Exchange) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        """Return the file of a recording; like Twilio's by default, it is open to whoever knows its name."""
        sid = str(request.path_params["sid"]).removesuffix(".wav")
        try:
            content = recordings.find(exchange, sid).as_wav()
        except Refusal as refusal:
            return JSONResponse(refusal.as_json(), refusal.status)
        return Response(content, media_type="audio/x-wav")

    return serve


def _door(
    exchange: Exchange, handlers: dict[str, Handler]
) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        loop = asyncio.get_running_loop()
        began = loop.time()
        # a HEAD is answered like a GET
        method = "GET" if request.method == "HEAD" else request.method
        query = request.scope["query_string"].decode()
        pairs = pairs_of(query if method == "GET" else (await request.body()).decode())
        path_names = dict(request.path_params)
        asked = Asked(method, request.url.path, path_names, pairs)
        if exchange.misfortune.parted(exchange.clock.now()):
            return Cut()
        lost = exchange.misfortune.happens("rest_lose")
        try:
            await _meet_trouble(exchange)
            _authenticate(exchange, request)
            status, body = handlers[method](exchange, asked)
        except Refusal as refusal:
            status, body = refusal.status, refusal.as_json()
        answer = Response(status_code=204) if body is None else JSONResponse(body, status)
        answer.headers["Twilio-Request-Id"] = exchange.ids.sid("RQ")
        answer.headers["Twilio-Concurrent-Requests"] = "1"
        url = request.url.path + (f"?{query}" if query else "")
        exchange.journal.add(
            "rest",
            request.method,
            url,
            _multi(pairs),
            status=None if lost else status,
            took_ms=(loop.time() - began) * 1000,
            body=bytes(answer.body).decode(),
            # the password stays out of every file
            headers={name: value for name, value in request.headers.items() if name in SHOWN},
            response_headers=dict(answer.headers),
        )
        return Cut() if lost else answer

    return serve


async def _meet_trouble(exchange: Exchange) -> None:
    """Let a request be late, or turn it down before anything is done."""
    misfortune = exchange.misfortune
    if misfortune.faults.rest_delay_ms:
        await exchange.clock.sleep(timedelta(milliseconds=misfortune.faults.rest_delay_ms))
    if misfortune.happens("rest_busy"):
        raise Refusal(20429, 429)
    if misfortune.happens("rest_refuse"):
        raise Refusal(20503, 503)


def _authenticate(exchange: Exchange, request: Request) -> None:
    """Refuse whoever does not know the account's SID and token, or asks for another account."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        given = ""
    expected = f"{exchange.account.sid}:{exchange.account.auth_token}"
    if scheme.lower() != "basic" or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Refusal(20003, 401)
    account_sid = request.path_params.get("account_sid", exchange.account.sid)
    if account_sid != exchange.account.sid:
        raise not_found(f"Accounts/{account_sid}")


def _multi(pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Return pairs as a mapping; a repeated name holds a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            known = found[name]
            found[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            found[name] = value
    return found
