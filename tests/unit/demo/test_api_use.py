"""What the demo asks of the API and of the simulator, against small stand-ins on the loopback interface."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rich.console import Console

from callback.demo.client import Client, Refused
from callback.demo.driver import unsettled
from callback.demo.numbers import LINE_NUMBER
from callback.demo.phone import MY_NUMBER, Phone, Wanted
from callback.demo.processes import DemoFailed
from callback.demo.roster import Roster
from callback.demo.stack import Stack


@asynccontextmanager
async def serving(*routes: web.RouteDef) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(routes)
    async with (
        TestServer(app) as server,
        Client(f"http://127.0.0.1:{server.port}", "key-1") as client,
    ):
        yield client


async def test_the_key_is_carried_and_answers_are_read() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.json_response({"key": request.headers["Authorization"], **request.query})

    async with serving(web.get("/hello", hello)) as client:
        assert await client.get("/hello", a="1") == {"key": "Bearer key-1", "a": "1"}


async def test_a_refusal_carries_its_status_and_words() -> None:
    async def no(_: web.Request) -> web.Response:
        return web.json_response({"title": "not today"}, status=422)

    async with serving(web.post("/no", no)) as client:
        with pytest.raises(Refused, match="not today") as refused:
            await client.post("/no", {})
    assert refused.value.status == 422


async def test_nobody_there_is_a_failure_of_the_demo_not_a_traceback() -> None:
    async with Client("http://127.0.0.1:1") as client:
        assert not await client.answers("/healthz")
        with pytest.raises(DemoFailed, match="GET http"):
            await client.get("/x")


async def test_agents_come_and_go_and_who_cannot_leave_is_asked_again() -> None:
    statuses: dict[str, str] = {}
    talking = {"a2"}

    async def put(request: web.Request) -> web.Response:
        agent, status = request.match_info["id"], (await request.json())["status"]
        if status == "offline" and agent in talking:
            return web.json_response({"title": "busy"}, status=409)
        statuses[agent] = status
        return web.json_response({})

    async with serving(web.put("/api/v1/agents/{id}/status", put)) as client:
        stack = SimpleNamespace(api=client, agent_ids=["a1", "a2", "a3"])
        roster = Roster(cast(Stack, stack))
        await roster.staff(3)
        assert statuses == dict.fromkeys(["a1", "a2", "a3"], "available")
        await roster.staff(1)
        assert statuses == {"a1": "available", "a2": "available", "a3": "offline"}
        assert roster.at_work == 2
        talking.clear()
        await roster.staff(1)
        assert statuses["a2"] == "offline"
        assert roster.at_work == 1


async def test_any_other_refusal_of_an_agent_stops_the_demo() -> None:
    async def put(_: web.Request) -> web.Response:
        return web.json_response({}, status=404)

    async with serving(web.put("/api/v1/agents/{id}/status", put)) as client:
        roster = Roster(cast(Stack, SimpleNamespace(api=client, agent_ids=["a1"])))
        with pytest.raises(Refused):
            await roster.staff(1)


class Simulator:
    """The part of the simulator's control API that the phone uses."""

    def __init__(self) -> None:
        self.calls: dict[str, dict[str, Any]] = {}
        self.pressed: list[str] = []

    def add(self, sid: str, to: str, status: str, *said: str) -> None:
        lines = [{"at": "1999-02-08T15:00:00+00:00", "kind": "said", "text": text} for text in said]
        self.calls[sid] = {"call_sid": sid, "to": to, "status": status, "transcript": lines}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/simulator/calls", self._list),
            web.post("/simulator/calls", self._dial),
            web.get("/simulator/calls/{sid}", self._one),
            web.post("/simulator/calls/{sid}/keys", self._keys),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({"items": list(self.calls.values())})

    async def _dial(self, request: web.Request) -> web.Response:
        asked = await request.json()
        assert (asked["from"], asked["to"]) == (MY_NUMBER, LINE_NUMBER)
        self.add("CA1", LINE_NUMBER, "in-progress", "Welcome.")
        return web.json_response({"call_sid": "CA1"}, status=201)

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(self.calls[request.match_info["sid"]])

    async def _keys(self, request: web.Request) -> web.Response:
        self.pressed.append(f"{request.match_info['sid']} {(await request.json())['digits']}")
        return web.Response(status=204)


async def test_the_phone_calls_presses_hears_and_is_called_back(tmp_path: Path) -> None:
    simulator = Simulator()
    with (tmp_path / "screen").open("w") as file:
        console = Console(file=file, record=True, width=100)
        async with serving(*simulator.routes()) as client:
            phone = Phone(client, console, ZoneInfo("America/New_York"))
            assert await phone.obey(Wanted("press", "1"))
            assert await phone.obey(Wanted("call"))
            await phone.listen()
            await phone.listen()
            assert await phone.obey(Wanted("press", "12#"))
            simulator.calls["CA1"]["status"] = "completed"
            await phone.listen()
            simulator.add("CA2", MY_NUMBER, "ringing", "You asked us to call.")
            await phone.listen()
            assert phone.call == "CA2"
            assert not await phone.obey(Wanted("quit"))
        shown = console.export_text()
    assert simulator.pressed == ["CA1 12#"]
    assert shown.count("Welcome.") == 1
    assert "You are not on a call" in shown
    assert shown.index("The call is over.") < shown.index("Your phone rings.")
    assert "You asked us to call." in shown


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({}, 0),
        ({"waiting": 2}, 2),
        ({"promises_open": 1}, 1),
        ({"agents": {"busy": 1, "reserved": 1}}, 2),
    ],
)
def test_the_day_is_over_when_nobody_waits_talks_or_is_owed_a_call(
    change: dict[str, Any], left: int
) -> None:
    quiet = {"waiting": 0, "promises_open": 0, "agents": {"available": 5, "busy": 0}}
    assert unsettled({**quiet, **change}) == left
