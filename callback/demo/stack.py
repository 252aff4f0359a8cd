"""One complete installation on the loopback interface: web, worker and simulator, with a folder of its own."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from callback.demo.client import Client
from callback.demo.numbers import LINE_NUMBER
from callback.demo.processes import COMMAND, DemoFailed, Running, free_ports, run_once, tail

READY_WITHIN_SECONDS = 60.0
REDIS_ENDS_WITHIN_SECONDS = 5.0
ACCOUNT_SID = "AC" + "de" * 16
ZONE = "America/New_York"


def line_body(name: str, offer_after_seconds: int | None) -> dict[str, Any]:
    """Return what `POST /api/v1/lines` is told; without `offer_after_seconds` no callback is ever offered.

    The news of the queue comes once a minute and retries come soon: a demo ends, a working day goes on.
    """
    return {
        "name": name,
        "numbers": [LINE_NUMBER],
        "time_zone": ZONE,
        "country": "US",
        "offer_after_seconds": offer_after_seconds,
        "announce_every_seconds": 60,
        "wrap_up_seconds": 0,
        "expected_handle_seconds": 180,
        "retry_after_seconds": {
            "busy": [120, 300],
            "no_answer": [180, 300],
            "machine": [300],
            "failed": [120],
        },
    }


class Stack:
    """The processes of one installation, from an empty folder to a line that can be called.

    The order is `prepare` (before the clock starts), `open` (web and worker), `settle` (line and agents),
    `begin` (the simulator with its people), and `close` always.
    """

    def __init__(self, title: str, folder: Path, offer_after_seconds: int | None) -> None:
        self.title = title
        self.folder = folder
        self.line_id = ""
        self.agent_ids: list[str] = []
        self._offer_after_seconds = offer_after_seconds
        self._token = secrets.token_hex(16)
        self._secret = secrets.token_hex(32)
        self._web_port, self._simulator_port = free_ports(2)
        self._key = ""
        self._clock = ""
        self._running: list[Running] = []
        self._api: Client | None = None
        self._simulator: Client | None = None

    @property
    def web_url(self) -> str:
        """Return where the web process is reached."""
        return f"http://127.0.0.1:{self._web_port}"

    @property
    def api(self) -> Client:
        """Return the client of the project's API; only after `open`."""
        if self._api is None:
            raise DemoFailed("the web process has not been started")
        return self._api

    @property
    def simulator(self) -> Client:
        """Return the client of the simulator's controls; only after `begin`."""
        if self._simulator is None:
            raise DemoFailed("the simulator has not been started")
        return self._simulator

    def settings(self) -> dict[str, str]:
        """Return the environment of the stack's processes."""
        return {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder / 'callback.db'}",
            "REDIS_URL": "",
            "HOST": "127.0.0.1",
            "PORT": str(self._web_port),
            "PUBLIC_BASE_URL": self.web_url,
            "SECRET_KEY": self._secret,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": self._token,
            "TWILIO_API_BASE_URL": f"http://127.0.0.1:{self._simulator_port}",
            "TWILIO_CALLS_PER_SECOND": "50",
            "CLOCK": self._clock,
            "LOG_LEVEL": "WARNING",
        }

    async def prepare(self) -> None:
        """Make the database and an API key."""
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.command("migrate")
        said = await self.command("api-keys", "create", "demo", "--role", "admin")
        self._key = said.split()[-1] if said.split() else ""
        if not self._key:
            raise DemoFailed("`callback api-keys create` printed no key")

    async def command(self, *arguments: str) -> str:
        """Run a command of the project against this installation and return what it printed."""
        name = f"callback {' '.join(arguments)}"
        return await run_once(name, [*COMMAND, *arguments], self.settings(), self.folder)

    async def open(self, clock: str) -> None:
        """Start web and worker on a clock and wait until the web process answers."""
        self._clock = clock
        self._api = Client(self.web_url, self._key)
        await self._start("web", [*COMMAND, "serve"])
        await self._until_answers(self._api, "/healthz")
        await self._start("worker", [*COMMAND, "worker"])

    async def settle(self, agents: Iterable[Mapping[str, Any]]) -> None:
        """Make the line and its agents, all of them offline."""
        line = await self.api.post(
            "/api/v1/lines", line_body(self.title, self._offer_after_seconds)
        )
        self.line_id = line["id"]
        for agent in agents:
            made = await self.api.post(
                "/api/v1/agents",
                {
                    "name": agent["persona"]["label"].capitalize(),
                    "endpoint": agent["number"],
                    "line_ids": [self.line_id],
                },
            )
            self.agent_ids.append(made["id"])

    async def begin(
        self, agents: Iterable[Mapping[str, Any]], scenario: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        """Start the simulator with its scenario and introduce the agents' phones to it."""
        script = self.folder / "scenario.jsonl"
        script.write_text("".join(f"{json.dumps(line)}\n" for line in scenario), "utf-8")
        arguments = [sys.executable, "-m", "callback.simulator"]
        arguments += ["--port", str(self._simulator_port)]
        arguments += ["--number", f"{LINE_NUMBER}={self.web_url}/twilio/voice/incoming"]
        arguments += ["--status", f"{LINE_NUMBER}={self.web_url}/twilio/voice/status"]
        arguments += ["--account-sid", ACCOUNT_SID, "--auth-token", self._token]
        arguments += ["--clock", self._clock, "--scenario", str(script)]
        self._simulator = Client(f"http://127.0.0.1:{self._simulator_port}")
        await self._start("simulator", arguments)
        await self._until_answers(self._simulator, "/simulator/state")
        await self._simulator.post("/simulator/people", list(agents))

    async def live(self) -> dict[str, Any]:
        """Return the line's present state, as the console shows it."""
        found: dict[str, Any] = await self.api.get(f"/api/v1/lines/{self.line_id}/live")
        return found

    def check(self) -> None:
        """Do nothing while every process lives.

        Raises:
            DemoFailed: one has died.

        """
        for process in self._running:
            process.check()

    async def close(self) -> None:
        """End everything that was started, the last first."""
        for client in (self._api, self._simulator):
            if client is not None:
                await client.close()
        await asyncio.gather(*(process.stop() for process in reversed(self._running)))
        await self._until_redis_ended()

    async def _until_redis_ended(self) -> None:
        # The embedded Redis ends by itself once nobody uses it, and writes to its folder until then.
        log = self.folder / "redis" / "redis.log"
        until = time.monotonic() + REDIS_ENDS_WITHIN_SECONDS
        while log.exists() and "bye bye" not in tail(log):
            if time.monotonic() > until:
                return
            await asyncio.sleep(0.05)

    async def _start(self, name: str, arguments: list[str]) -> None:
        self._running.append(await Running.start(name, arguments, self.settings(), self.folder))

    async def _until_answers(self, client: Client, path: str) -> None:
        until = time.monotonic() + READY_WITHIN_SECONDS
        while not await client.answers(path):
            self.check()
            if time.monotonic() > until:
                raise DemoFailed(
                    f"{client.base}{path} did not answer in {READY_WITHIN_SECONDS:.0f} s"
                )
            await asyncio.sleep(0.05)
