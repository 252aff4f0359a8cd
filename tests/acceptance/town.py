"""A town in one event loop: our real application and worker, Twilio's library, the simulator, a clock.

Nobody waits for real: the clock is moved to the next instant at which somebody wakes, once nothing is under
way any more.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from aiohttp import ClientConnectorError
from sqlmodel import col, select
from twilio.http.response import Response as TwilioResponse

from callback.agents.agent import Agent
from callback.agents.presence import ON_A_CALL
from callback.calls.call import Call, CallStatus
from callback.clock import ManualClock
from callback.database import Database
from callback.dialing.leg import LIVE, Leg
from callback.dialing.placing import Placer
from callback.dialing.recovery import sweep
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.errors import CallGone
from callback.jobs import JobName, Wake, Wish
from callback.keys import Role, create_key
from callback.promises.callback import Callback
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.runtime import Runtime
from callback.settings import Settings
from callback.simulator.account import Account
from callback.simulator.app import create_app as create_simulator
from callback.simulator.exchange import Exchange
from callback.simulator.faults import faults_from
from callback.simulator.persona import persona_from
from callback.simulator.rest.refusals import Refusal
from callback.simulator.transport import ConnectFailure, Response, Timeouts
from callback.simulator.verbs.speech import speaking_s
from callback.telephony.twilio import TwilioTelephony
from tests.contract.simulator.official import InProcess
from webhooks.app import create_app
from workers.dispatcher import Dispatcher
from workers.falling_due import FallingDue
from workers.jobs import JOBS

LINE = "+14155550100"
CALLER = "+14155550111"
AGENT = "+14155550190"
PUBLIC = "https://callback.example"
TWILIO = "http://127.0.0.1:4010"
MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # ten in the morning in Los Angeles
QUIET_TURNS = 25


class TownJobs:
    """The job queue's port on the town's clock: jobs run as tasks, at their time, unless Redis is “down”."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.context: dict[str, Any] = {}
        self.lost = False
        self.busy = 0
        self.failures: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def wake_all(self, wishes: Collection[Wish]) -> None:
        for wake, when in wishes:
            self._start(wake, timedelta(0) if when is None else when - self._clock.now())

    async def take_back(self, wakes: Iterable[Wake]) -> None:
        del wakes

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, wake: Wake, delay: timedelta) -> None:
        if self.lost:
            return
        if delay <= timedelta(0):
            self.busy += 1
        task = asyncio.create_task(self._run(wake, delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, wake: Wake, delay: timedelta) -> None:
        if delay > timedelta(0):
            await self._clock.sleep(delay)
            self.busy += 1
        try:
            await JOBS[wake.job](self.context, wake.subject_id, wake.version)
        except Exception as error:
            self.failures.append(error)
        finally:
            self.busy -= 1


class AppTransport:
    """Carries the simulator's webhooks to our application in the same process."""

    def __init__(self) -> None:
        self.client: httpx.AsyncClient | None = None
        self.unreachable = False
        self.breaks = ""

    async def request(
        self, method: str, url: str, headers: Any, body: bytes, timeouts: Timeouts
    ) -> Response:
        del timeouts
        assert self.client is not None
        if self.unreachable:
            raise ConnectFailure("nobody listens")
        if self.breaks and self.breaks in url:
            return Response(500, {}, b"")
        answer = await self.client.request(method, url, headers=dict(headers), content=body)
        return Response(answer.status_code, dict(answer.headers), answer.content)

    async def close(self) -> None:
        if self.client is not None:
            await self.client.aclose()


class UnsteadyLibrary(InProcess):
    """Carries requests to the simulator, with whatever trouble a test puts in between.

    `before` is called with every request and may raise instead of it; `after` when it was carried out.
    Numbers that are `refused` are answered as Twilio does, with the error of that code. `asked` remembers
    the method and the number, if there was one, of every request.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        super().__init__(client, None)
        self.before: Callable[[str, str, dict[str, str]], None] | None = None
        self.after: Callable[[str, str, dict[str, str]], None] | None = None
        self.refused: dict[str, int] = {}
        self.asked: list[tuple[str, str]] = []

    async def request(self, method: str, uri: str, **given: Any) -> Any:
        """Send, unless something is in the way."""
        asked = {**(given.get("params") or {}), **(given.get("data") or {})}
        to = asked.get("To", "")
        self.asked.append((method, to))
        if method == "POST" and to in self.refused:
            refusal = Refusal(self.refused[to])
            return TwilioResponse(refusal.status, json.dumps(refusal.as_json()))
        if self.before is not None:
            self.before(method, uri, asked)
        answer = await super().request(method, uri, **given)
        if self.after is not None:
            self.after(method, uri, asked)
        return answer


class Town:
    """A line, its agents, people with phones, and everything between them."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self.clock = ManualClock(MONDAY)
        self.database = database
        account = Account()
        self.transport = AppTransport()
        self.exchange = Exchange(self.clock, account, self.transport, api_base=TWILIO)
        self.jobs = TownJobs(self.clock)
        self._rest = httpx.AsyncClient(
            transport=httpx.ASGITransport(create_simulator(self.exchange))
        )
        self.library = UnsteadyLibrary(self._rest)
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            data_dir=data_dir,
            public_base_url=PUBLIC,
            twilio_account_sid=account.sid,
            twilio_auth_token=account.auth_token,  # type: ignore[arg-type]
            twilio_api_base_url=TWILIO,
        )
        self.runtime = Runtime(
            settings,
            self.clock,
            database,
            self.jobs,
            TwilioTelephony(
                account.sid,
                account.auth_token,
                TWILIO,
                http_client=self.library,
                fetch_file=self._file,
            ),
        )
        self.jobs.context = {
            "runtime": self.runtime,
            "dispatcher": Dispatcher(self.runtime),
            "placer": Placer(self.runtime),
            "falling_due": FallingDue(self.runtime),
        }
        self.app = create_app(self.runtime)
        self.web = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=PUBLIC)
        self.transport.client = self.web
        self.line_id = ""
        self.phones: dict[str, str] = {}
        self._agents = 0

    async def open(self, **line: object) -> None:
        """Make the key and the line that the town's people call."""
        async with self.database.transaction() as session:
            secret = create_key(session, "town", Role.ADMIN, self.clock.now())
        self.web.headers["Authorization"] = f"Bearer {secret}"
        settings = {
            "name": "Support",
            "numbers": [LINE],
            "time_zone": "America/Los_Angeles",
            "offer_after_seconds": 0,
            "callbacks_per_window": 5,
            **line,
        }
        made = await self.api("POST", "/lines", 201, json=settings)
        self.line_id = made["id"]
        self.exchange.set_number(
            LINE,
            voice_url=f"{PUBLIC}/twilio/voice/incoming",
            voice_fallback_url=f"{PUBLIC}/twilio/voice/fallback",
            status_callback=f"{PUBLIC}/twilio/voice/status",
        )

    async def _file(self, address: str, credentials: tuple[str, str]) -> bytes:
        answer = await self._rest.get(address, auth=credentials)
        if answer.status_code == 404:
            raise CallGone("no such recording", 20404)
        return answer.content

    async def close(self) -> None:
        await self.jobs.close()
        await self.exchange.close()
        await self.web.aclose()
        await self._rest.aclose()

    async def api(self, method: str, path: str, expect: int = 200, **given: Any) -> Any:
        answer = await self.web.request(method, f"/api/v1{path}", **given)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def agent(
        self, *, status: str = "available", skills: Sequence[str] = (), **persona: object
    ) -> str:
        """Add an agent with a phone; by default she answers after two seconds and accepts."""
        endpoint = f"+1415555{190 + self._agents:04d}"
        self._agents += 1
        wish = {"answers": {"after_s": 2}, "choices": [{"hears": "accept", "times": 99}]} | persona
        self.person(endpoint, **wish)
        agent = {"name": f"Agent {self._agents}", "endpoint": endpoint, "line_ids": [self.line_id]}
        agent["skills"] = list(skills)
        agent_id = (await self.api("POST", "/agents", 201, json=agent))["id"]
        if status != "offline":
            await self.set_status(agent_id, status)
        self.phones[agent_id] = endpoint
        return str(agent_id)

    async def set_status(self, agent_id: str, status: str) -> None:
        await self.api("PUT", f"/agents/{agent_id}/status", json={"status": status})

    async def status_of(self, agent_id: str) -> str:
        return str((await self.api("GET", f"/agents/{agent_id}"))["status"])

    def person(self, number: str, **persona: object) -> None:
        """Say how a number behaves from now on."""
        self.exchange.people.register(number, persona_from(persona))

    def call(self, number: str = CALLER, *wishes: str, **persona: object) -> str:
        """Let a person call the line, who presses the key of the first option for each wish."""
        chosen = {"choices": [{"hears": wish} for wish in wishes]} | persona
        return self.exchange.incoming_call(number, LINE, persona_from(chosen)).sid

    def hang_up(self, call_sid: str) -> None:
        """Let the person on a call hang up now."""
        assert self.exchange.calls[call_sid].hang_up("person hung up")

    def faults(self, **chances: float) -> None:
        """Let status events meet these misfortunes from now on, none if none are named."""
        self.exchange.suffer(faults_from({"seed": 1, **chances}))

    def refuse_connections_to(self, number: str) -> None:
        """Let no request to ring `number` reach the telephone company from now on."""

        def refuse(method: str, uri: str, asked: dict[str, str]) -> None:
            if method == "POST" and uri.endswith("/Calls.json") and asked["To"] == number:
                raise ClientConnectorError(None, OSError("refused"))  # type: ignore[arg-type]

        self.library.before = refuse

    def accept_connections(self) -> None:
        """Let every request through again."""
        self.library.before = None

    async def ask(self, number: str = CALLER, **more: object) -> str:
        """Ask for a callback over the API; return its identifier."""
        wish = {"line_id": self.line_id, "phone_number": number, **more}
        return str((await self.api("POST", "/callbacks", 201, json=wish))["id"])

    async def callbacks(self, **filters: str) -> list[dict[str, Any]]:
        found = await self.api("GET", "/callbacks", params=filters)
        return list(found["items"])

    async def only_callback(self) -> dict[str, Any]:
        found = await self.callbacks()
        assert len(found) == 1, found
        return found[0]

    def heard(self, call_sid: str) -> str:
        """Return everything that was said on a call."""
        lines = self.exchange.calls[call_sid].transcript
        return " ".join(str(line["text"]) for line in lines if line["kind"] == "said")

    def heard_at(self, number: str) -> list[str]:
        """Return what was said on each call that rang a number, or an agent's phone, in order."""
        return [self.heard(call.sid) for call in self.calls_to(self.phones.get(number, number))]

    def heard_in_full(self, call_sid: str, words: str) -> bool:
        """Tell whether somebody was still on the line when these words had been spoken to the end."""
        call = self.exchange.calls[call_sid]
        begun = [
            datetime.fromisoformat(str(line["at"]))
            for line in call.transcript
            if line["kind"] == "said" and words in str(line["text"])
        ]
        if not begun:
            return False
        spoken = begun[-1] + timedelta(seconds=speaking_s(words))
        return call.ended_at is None or call.ended_at >= spoken

    def calls_to(self, number: str) -> list[Any]:
        """Return the calls that rang a number, in order."""
        return [call for call in self.exchange.calls.values() if call.to == number]

    async def settle(self) -> None:
        """Wait until nothing is under way, in whichever of the parts."""
        quiet, begun = 0, self.exchange.begun
        while quiet < QUIET_TURNS:
            await asyncio.sleep(0)
            stirring = self.exchange.in_flight or self.jobs.busy or self.exchange.begun != begun
            quiet = 0 if stirring else quiet + 1
            begun = self.exchange.begun

    async def play(
        self,
        *,
        minutes: float = 60,
        until: Callable[[], bool] | None = None,
        sweeping: float = 0,
    ) -> None:
        """Let time pass until something holds, nothing is left to happen, or the minutes are over.

        `sweeping` is every how many seconds the sweep runs; True is every second, as in production.
        """
        end = self.clock.now() + timedelta(minutes=minutes)
        swept = self.clock.now() - timedelta(seconds=sweeping)
        while True:
            await self.settle()
            if sweeping and self.clock.now() >= swept + timedelta(seconds=sweeping):
                swept = self.clock.now()
                await sweep(self.runtime)
                await self.settle()
            if until is not None and until():
                break
            wake = self.clock.next_wake()
            if sweeping:
                tick = swept + timedelta(seconds=sweeping)
                wake = min(wake, tick) if wake is not None else tick
            if wake is None or wake > end:
                self.clock.move_to(end)
                await self.settle()
                assert until is None, f"not within {minutes} minutes"
                break
            self.clock.move_to(wake)
        assert not self.jobs.failures, self.jobs.failures

    async def all_over(self) -> None:
        """Assert that nobody is on the phone any more, and that nothing of it was left behind."""
        assert [(call.sid, call.to) for call in self.exchange.live.values()] == []
        async with self.database.reading() as session:
            queries = (
                select(Reservation).where(col(Reservation.status) != ReservationStatus.ENDED),
                select(Leg).where(col(Leg.status).in_(LIVE)),
                select(Agent).where(col(Agent.status).in_(ON_A_CALL)),
                select(Call).where(col(Call.status) != CallStatus.ENDED),
                select(Callback).where(col(Callback.status).in_(OPEN - {CallbackStatus.SCHEDULED})),
            )
            assert [(await session.exec(query)).all() for query in queries] == [[]] * len(queries)

    def no_problems(self) -> None:
        """Assert that the simulator found nothing wrong with what we said or asked."""
        assert self.exchange.problems.as_json() == []

    async def wake(self, job: JobName, subject_id: str = "", version: int = 1) -> None:
        await self.jobs.wake_all([(Wake(job, subject_id, version), None)])
