"""The hand that moves the simulator, under `/simulator/`: people, calls, keys, messages, misfortune."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from callback.simulator.call import Call
from callback.simulator.crowd import crowd_from, planned_calls
from callback.simulator.exchange import Exchange
from callback.simulator.faults import faults_from
from callback.simulator.persona import names, persona_from
from callback.simulator.scenario import play_scenario

KEYS = "0123456789*#"


class ControlError(Exception):
    """A request to the control API that makes no sense."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Control:
    """The handlers, around one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """Return the routes."""
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("/simulator/people", "POST", self.people),
            ("/simulator/calls", "POST", self.dial),
            ("/simulator/calls/{sid}/keys", "POST", self.keys),
            ("/simulator/calls/{sid}/answer", "POST", self.answer),
            ("/simulator/calls/{sid}/words", "POST", self.words),
            ("/simulator/calls/{sid}/hangup", "POST", self.hang_up),
            ("/simulator/personas", "GET", self.personas),
            ("/simulator/crowds", "POST", self.crowd),
            ("/simulator/messages", "POST", self.message),
            ("/simulator/faults", "GET", self.present_faults),
            ("/simulator/faults", "POST", self.faults),
        ]
        return [Route(path, guarded(work), methods=[verb]) for path, verb, work in table]

    async def people(self, request: Request) -> Response:
        """Set how one or several numbers behave from now on."""
        data = await _json(request)
        entries = data if isinstance(data, list) else [data]
        read = [(str(entry["number"]), persona_from(entry["persona"])) for entry in entries]
        for number, persona in read:
            self._exchange.people.register(number, persona)
        return Response(status_code=204)

    async def personas(self, request: Request) -> Response:
        """List the personas that have a name."""
        del request
        return JSONResponse({"items": names()})

    async def crowd(self, request: Request) -> Response:
        """Let a crowd begin to ring now."""
        exchange = self._exchange
        crowd = crowd_from(await _json(request))
        self._ours(crowd.to)
        calls = planned_calls(crowd, exchange.clock.now(), exchange.people.draw)
        exchange.spawn(play_scenario(exchange, calls))
        return JSONResponse({"calls": len(calls)}, 201)

    async def dial(self, request: Request) -> Response:
        """Let a person dial one of the account's numbers."""
        data = await _json(request)
        persona = persona_from(data["persona"]) if data.get("persona") else None
        self._ours(data["to"])
        call = self._exchange.incoming_call(str(data["from"]), str(data["to"]), persona)
        return JSONResponse({"call_sid": call.sid}, 201)

    async def keys(self, request: Request) -> Response:
        """Press keys, as the person on the line."""
        call = self._call(request)
        digits = str((await _json(request))["digits"])
        if not digits or digits.strip(KEYS):
            raise ControlError(422, f"{digits!r} cannot be pressed")
        if call.ended:
            raise ControlError(409, "the call is over")
        call.press(digits)
        return Response(status_code=204)

    async def words(self, request: Request) -> Response:
        """Say something, as the person on the line."""
        call = self._call(request)
        words = str((await _json(request))["words"]).strip()
        if not words:
            raise ControlError(422, "nothing was said")
        if call.ended:
            raise ControlError(409, "the call is over")
        call.speak(words)
        return Response(status_code=204)

    async def answer(self, request: Request) -> Response:
        """Pick up a phone that is answered by hand."""
        if not self._call(request).pick_up():
            raise ControlError(409, "the phone is not ringing for a hand")
        return Response(status_code=204)

    async def hang_up(self, request: Request) -> Response:
        """Hang up, as the person on the line."""
        if not self._call(request).hang_up("person hung up"):
            raise ControlError(409, "the call is over")
        return Response(status_code=204)

    async def message(self, request: Request) -> Response:
        """Let a person send a message to one of the account's numbers."""
        data = await _json(request)
        self._ours(data["to"])
        message = self._exchange.incoming_message(
            str(data["from"]), str(data["to"]), str(data["body"])
        )
        return JSONResponse({"message_sid": message.sid}, 201)

    async def faults(self, request: Request) -> Response:
        """Set what goes wrong from now on; an empty object ends all of it."""
        self._exchange.suffer(faults_from(await _json(request)))
        return Response(status_code=204)

    async def present_faults(self, request: Request) -> Response:
        """Return what goes wrong at present."""
        del request
        return JSONResponse(asdict(self._exchange.misfortune.faults))

    def _call(self, request: Request) -> Call:
        return call_of(self._exchange, request)

    def _ours(self, number: str) -> None:
        if not self._exchange.account.owns(number):
            raise ControlError(422, f"{number} is not one of the account's numbers")


def call_of(exchange: Exchange, request: Request) -> Call:
    """Return the call that the path names.

    Raises:
        ControlError: there is none.

    """
    call = exchange.calls.get(request.path_params["sid"])
    if call is None:
        raise ControlError(404, "no such call")
    return call


def guarded(
    work: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer 422 to what makes no sense instead of failing, and 403 to what pages from elsewhere send."""

    async def serve(request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
            return JSONResponse({"error": f"pages of {origin} have no hand in this"}, 403)
        try:
            return await work(request)
        except ControlError as error:
            return JSONResponse({"error": str(error)}, error.status)
        except KeyError as error:
            return JSONResponse({"error": f"{error.args[0]} is missing"}, 422)
        except (ValueError, TypeError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, 422)

    return serve


async def _json(request: Request) -> Any:
    return json.loads(await request.body() or b"{}")
