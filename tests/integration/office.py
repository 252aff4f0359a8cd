"""An office for tests: rows to begin with, a telephone company that counts, and jobs that are written down."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AgentStatus
from callback.calls.call import Call, CallStatus
from callback.clock import Clock, ManualClock
from callback.database import Database
from callback.dialing.leg import Leg, LegRole, LegStatus
from callback.dialing.placing import Placer
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.errors import CallGone, TelephonyError
from callback.ids import new_id
from callback.jobs import Jobs, Wake, Wish
from callback.lines.line import Line, LineNumber
from callback.promises.callback import Callback, CallbackKind
from callback.promises.lifecycle import CallbackStatus
from callback.runtime import Runtime
from callback.settings import Settings
from callback.telephony.port import CallOrder, CallState, KnownCall, KnownText, TextOrder

ACCOUNT = "AC" + "1" * 32
TOKEN = "a token for tests"
PUBLIC = "https://callback.example"
LINE_NUMBER = "+14155550100"


class WrittenDownJobs:
    """Keeps every wish, in order."""

    def __init__(self) -> None:
        self.wishes: list[Wish] = []

    async def wake_all(self, wishes: Collection[Wish]) -> None:
        self.wishes += wishes

    async def take_back(self, wakes: Iterable[Wake]) -> None:
        del wakes

    async def close(self) -> None:
        self.wishes.clear()


@dataclass
class CountingTelephony:
    """Carries out nothing and counts everything; `trouble` is raised instead of the next answers."""

    clock: Clock
    orders: list[CallOrder] = field(default_factory=list)
    pulls: list[tuple[str, str, str]] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    redirected: list[tuple[str, str]] = field(default_factory=list)
    asked: int = 0
    known: dict[str, tuple[str, KnownCall]] = field(default_factory=dict)
    texts: list[TextOrder] = field(default_factory=list)
    known_texts: dict[str, tuple[str, KnownText]] = field(default_factory=dict)
    recordings: dict[str, bytes] = field(default_factory=dict)
    trouble: list[TelephonyError] = field(default_factory=list)
    answer_is_lost: bool = False
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def _think(self) -> None:
        # Long enough for everybody else to come by.
        for _ in range(20):
            await asyncio.sleep(0)
        if self.trouble:
            raise self.trouble.pop(0)

    async def place_call(self, order: CallOrder) -> str:
        self.orders.append(order)
        sid = f"CA{next(self._numbers):032x}"
        self.known[sid] = (order.to, KnownCall(sid, CallState.RINGING, self.clock.now()))
        await self._think()
        return sid

    async def find_calls(self, to: str, since: datetime) -> list[KnownCall]:
        self.asked += 1
        await self._think()
        found = [known for number, known in self.known.values() if number == to]
        return [call for call in found if call.created_at is None or call.created_at >= since]

    async def fetch_call(self, call_sid: str) -> KnownCall:
        self.asked += 1
        await self._think()
        return self.known[call_sid][1]

    async def pull_from_queue(self, queue_sid: str, call_sid: str, url: str) -> None:
        self.pulls.append((queue_sid, call_sid, url))
        await self._think()

    async def redirect(self, call_sid: str, url: str) -> None:
        self.redirected.append((call_sid, url))

    async def let_end_room(self, conference: str, call_sid: str, *, ends: bool) -> None:
        self.redirected.append((call_sid, f"{conference} ends {ends}"))

    async def hang_up(self, call_sid: str) -> None:
        self.hung_up.append(call_sid)

    async def call_off(self, call_sid: str) -> None:
        self.hung_up.append(call_sid)
        await self._think()

    async def send_text(self, order: TextOrder) -> str:
        self.texts.append(order)
        sid = f"SM{next(self._numbers):032x}"
        self.known_texts[sid] = (
            order.to,
            KnownText(sid, order.sender, order.body, self.clock.now()),
        )
        await self._think()
        return sid

    async def find_texts(self, to: str, since: datetime) -> list[KnownText]:
        self.asked += 1
        await self._think()
        found = [known for number, known in self.known_texts.values() if number == to]
        return [text for text in found if text.created_at is None or text.created_at >= since]

    async def fetch_recording(self, recording_sid: str) -> bytes:
        if recording_sid not in self.recordings:
            raise CallGone("no such recording", 20404)
        return self.recordings[recording_sid]

    async def delete_recording(self, recording_sid: str) -> None:
        await self._think()
        if self.recordings.pop(recording_sid, None) is None:
            raise CallGone("no such recording", 20404)

    async def close(self) -> None:
        self.orders.clear()


def settings_of(data_dir: Path, **more: object) -> Settings:
    given = {
        "data_dir": data_dir,
        "public_base_url": PUBLIC,
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "twilio_calls_per_second": 1000,
        "twilio_texts_per_second": 1000,
    } | more
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


class Office:
    """A runtime and its parts, with short ways to make rows."""

    def __init__(
        self,
        database: Database,
        clock: ManualClock,
        data_dir: Path,
        jobs: Jobs | None = None,
        **settings: object,
    ) -> None:
        self.database = database
        self.clock = clock
        self.jobs = WrittenDownJobs()
        self.telephony = CountingTelephony(clock)
        self.runtime = Runtime(
            settings_of(data_dir, **settings), clock, database, jobs or self.jobs, self.telephony
        )

    async def line(self, **more: object) -> Line:
        given: dict[str, object] = {
            "id": new_id(self.clock.now()),
            "name": "Support",
            "time_zone": "UTC",
            "country": "US",
            "offer_after_seconds": 0,
            "callbacks_per_window": 5,
            "created_at": self.clock.now(),
        }
        number = more.pop("number", LINE_NUMBER)
        line = Line(**given | more)
        async with self.database.transaction() as session:
            session.add(line)
            await session.flush()
            session.add(LineNumber(number=str(number), line_id=line.id))
        return line

    async def agent(self, line: Line, number: int = 0, **more: object) -> Agent:
        given: dict[str, object] = {
            "id": new_id(self.clock.now()),
            "name": f"Agent {number}",
            "endpoint": f"+1415555{200 + number:04d}",
            "status": AgentStatus.AVAILABLE,
            "status_since": self.clock.now() - timedelta(minutes=1),
            "created_at": self.clock.now(),
        }
        agent = Agent(**given | more)
        async with self.database.transaction() as session:
            session.add(agent)
            await session.flush()
            session.add(AgentLine(agent_id=agent.id, line_id=line.id))
        return agent

    async def caller(self, line: Line, number: int = 0, **more: object) -> Call:
        """A caller in the queue; the higher the number the later the arrival."""
        given: dict[str, object] = {
            "id": new_id(self.clock.now()),
            "call_sid": f"CA{number:032d}",
            "line_id": line.id,
            "phone_number": f"+1415555{1000 + number:04d}",
            "status": CallStatus.WAITING,
            "queue_sid": "QU" + "1" * 32,
            "arrived_at": self.clock.now() - timedelta(minutes=5) + timedelta(seconds=number),
        }
        call = Call(**given | more)
        async with self.database.transaction() as session:
            session.add(call)
        return call

    async def owed(self, line: Line, number: int = 0, **more: object) -> Callback:
        """A callback that waits in line."""
        now = self.clock.now()
        given: dict[str, object] = {
            "id": new_id(now),
            "line_id": line.id,
            "phone_number": f"+1415555{2000 + number:04d}",
            "kind": CallbackKind.ASAP,
            "status": CallbackStatus.WAITING,
            "arrived_at": now + timedelta(seconds=number),
            "requested_at": now,
            "promised_from": now,
            "promised_until": now + timedelta(minutes=30),
            "due_at": now,
        }
        callback = Callback(**given | more)
        async with self.database.transaction() as session:
            session.add(callback)
        return callback

    async def reserved(
        self, agent: Agent, status: ReservationStatus, contact: Call | Callback
    ) -> Reservation:
        """A reservation of a contact; what the contact itself says is the test's to arrange."""
        identifier = new_id(self.clock.now())
        reservation = Reservation(
            id=identifier,
            agent_id=agent.id,
            line_id=contact.line_id,
            call_id=contact.id if isinstance(contact, Call) else None,
            callback_id=contact.id if isinstance(contact, Callback) else None,
            status=status,
            conference=identifier,
            created_at=self.clock.now(),
            accepted_at=self.clock.now(),
        )
        async with self.database.transaction() as session:
            session.add(reservation)
        return reservation

    async def leg(
        self, reservation: Reservation, role: LegRole, to: str, status: LegStatus, **more: object
    ) -> Leg:
        now = self.clock.now()
        given: dict[str, object] = {
            "id": new_id(now),
            "role": role,
            "reservation_id": reservation.id,
            "callback_id": reservation.callback_id,
            "line_id": reservation.line_id,
            "number": 1 if role == LegRole.PERSON else 0,
            "to": to,
            "status": status,
            "created_at": now,
            "not_before": now,
        }
        leg = Leg(**given | more)
        async with self.database.transaction() as session:
            session.add(leg)
        return leg

    async def again(self, row: object) -> object:
        """Return a row as the database has it now."""
        async with self.database.reading() as session:
            return await session.get_one(type(row), row.id)  # type: ignore[attr-defined]

    @asynccontextmanager
    async def rows(self) -> AsyncIterator[object]:
        async with self.database.reading() as session:
            yield session


async def place_leg(runtime: Runtime, leg_id: str) -> bool:
    """Place one leg as a worker does that knows of no other."""
    return await Placer(runtime).place(leg_id)
