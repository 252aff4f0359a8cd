"""What can be seen of the simulator: calls and their transcripts, what is on the line, journal, problems."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from callback.simulator.archive import as_har
from callback.simulator.call import Call
from callback.simulator.control import call_of, guarded
from callback.simulator.exchange import Exchange


class Views:
    """The handlers, around one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """Return the routes."""
        table: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "/simulator/calls": self.calls,
            "/simulator/calls/{sid}": self.call,
            "/simulator/messages": self.messages,
            "/simulator/log": self.log,
            "/simulator/archive.har": self.har,
            "/simulator/archive.jsonl": self.json_lines,
            "/simulator/errors": self.errors,
            "/simulator/state": self.state,
        }
        return [Route(path, guarded(work), methods=["GET"]) for path, work in table.items()]

    async def calls(self, request: Request) -> Response:
        """List calls, oldest first: all, those that are `live` or not, of a `number`, the last `limit`."""
        asked = request.query_params
        live, number = asked.get("live"), asked.get("number")
        if live not in (None, "yes", "no"):
            raise ValueError(f"live is yes or no, not {live!r}")
        calls = self._exchange.live if live == "yes" else self._exchange.calls
        found = (
            call
            for call in reversed(calls.values())
            if (live != "no" or call.ended) and (number is None or number in (call.from_, call.to))
        )
        limit = int(asked["limit"]) if "limit" in asked else None
        items = [self._summary(call) for call in islice(found, limit)]
        return JSONResponse({"items": items[::-1]})

    async def call(self, request: Request) -> Response:
        """Show one call with its transcript."""
        call = call_of(self._exchange, request)
        return JSONResponse({**self._summary(call), "transcript": call.transcript})

    async def messages(self, request: Request) -> Response:
        """List every message, oldest first."""
        del request
        items = [
            {
                "message_sid": message.sid,
                "direction": message.direction,
                "from": message.from_,
                "to": message.to,
                "body": message.body,
                "status": message.status,
                "at": message.created_at.isoformat(),
            }
            for message in self._exchange.messages.values()
        ]
        return JSONResponse({"items": items})

    async def log(self, request: Request) -> Response:
        """Return the journal after a number."""
        after = int(request.query_params.get("after", "0"))
        limit = int(request.query_params.get("limit", "1000000"))
        return JSONResponse(self._exchange.journal.after(after, limit))

    async def har(self, request: Request) -> Response:
        """Return the journal as an HTTP archive (HAR 1.2)."""
        del request
        entries = self._exchange.journal.after(0)["items"]
        return JSONResponse(as_har(entries), headers=_as_file("simulator.har"))

    async def json_lines(self, request: Request) -> Response:
        """Return the journal as JSON, an entry a line."""
        del request
        entries = self._exchange.journal.after(0)["items"]
        text = "".join(json.dumps(entry) + "\n" for entry in entries)
        return PlainTextResponse(text, headers=_as_file("simulator.jsonl"))

    async def errors(self, request: Request) -> Response:
        """Return what Twilio's debugger would show."""
        del request
        return JSONResponse({"items": self._exchange.problems.as_json()})

    async def state(self, request: Request) -> Response:
        """Count what is on the line."""
        del request
        exchange = self._exchange
        by_status: dict[str, int] = {}
        for call in exchange.live.values():
            by_status[call.status] = by_status.get(call.status, 0) + 1
        return JSONResponse(
            {
                "at": exchange.clock.now().isoformat(),
                "numbers": list(exchange.account.numbers),
                "calls": len(exchange.live),
                "calls_by_status": by_status,
                "queues": [
                    {
                        "sid": queue.sid,
                        "name": queue.name,
                        "members": [member.call.sid for member in queue.members],
                    }
                    for queue in exchange.queues.values()
                ],
                "conferences": [
                    {
                        "sid": room.sid,
                        "name": room.name,
                        "status": room.status,
                        "participants": list(room.participants),
                    }
                    for room in exchange.conferences.values()
                    if room.live
                ],
                "ended": len(exchange.calls) - len(exchange.live),
                "in_flight": exchange.in_flight,
                "planned": exchange.planned,
                "done": exchange.done,
            }
        )

    def _summary(self, call: Call) -> dict[str, Any]:
        person = call.person.persona if call.person else self._exchange.people.at(call.to)
        started = call.started_at or call.created_at
        return {
            "call_sid": call.sid,
            "parent_call_sid": call.parent_sid,
            "status": call.status,
            "direction": call.direction,
            "from": call.from_,
            "to": call.to,
            "started_at": started.isoformat(),
            "answered_at": call.answered_at.isoformat() if call.answered_at else None,
            "ended_at": call.ended_at.isoformat() if call.ended_at else None,
            "answered_by": call.answered_by,
            "label": person.label,
        }


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
