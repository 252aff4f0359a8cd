"""Anything in any order: a state machine over the domain, held against what the telephone company saw.

Hypothesis draws requests, moves, cancels, keys, crashes and status events, also doubled and long after,
and looks for a sequence after which somebody is rung twice, an agent is held for nobody, or a promise is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import SQLModel, col, select, text

from callback.agents.agent import Agent
from callback.agents.presence import ON_A_CALL, AgentStatus
from callback.clock import ManualClock
from callback.database import Database
from callback.dialing.canceling import cancel_callback
from callback.dialing.case import case_of_leg
from callback.dialing.dispatching import carry_out, decide
from callback.dialing.events import take
from callback.dialing.leg import LIVE, Leg, LegRole, LegStatus
from callback.dialing.outcomes import (
    agent_accepts,
    agent_declines,
    answered,
    person_accepts,
    person_enters,
    placed,
)
from callback.dialing.recovery import sweep
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.errors import CallbackError, TelephonyUnavailable, TelephonyUncertain
from callback.jobs import JobName, Wake
from callback.lines.line import DialOrder, Line
from callback.lines.offer import Window
from callback.promises.callback import Callback
from callback.promises.falling_due import give_places_to
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.promises.requesting import (
    Request,
    get_callback,
    move_callback,
    request_callback,
)
from callback.runtime import Work
from callback.tables import METADATA
from callback.telephony.port import ENDED_STATES, CallOrder, CallState, KnownCall
from tests.conftest import MONDAY_NINE
from tests.integration.office import CountingTelephony, Office, place_leg

AGENTS = 2
PERSONS = [f"+1415555{2000 + n:04d}" for n in range(4)]
AFTERNOON = MONDAY_NINE + timedelta(hours=9)
Result = TypeVar("Result")


class Crash(Exception):
    """The worker is no more."""


@dataclass
class RealCall:
    """A call as it truly is, whatever we were told of it."""

    sid: str
    to: str
    leg_id: str
    created_at: datetime
    states: list[CallState] = field(default_factory=lambda: [CallState.RINGING])
    told: int = 0

    @property
    def up(self) -> bool:
        return self.states[-1] not in ENDED_STATES

    def become(self, state: CallState) -> None:
        if self.up and state != self.states[-1]:
            self.states.append(state)


class TruePhones(CountingTelephony):
    """A telephone company that knows what is true; `fate` says what becomes of the next request to place."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.calls: dict[str, RealCall] = {}
        self.fate = "fine"
        self.twice: list[str] = []

    async def place_call(self, order: CallOrder) -> str:
        fate, self.fate = self.fate, "fine"
        if fate == "crash before":
            raise Crash
        if fate == "unavailable":
            raise TelephonyUnavailable("no connection")
        if fate == "lost on the way":
            raise TelephonyUncertain("no answer")
        sid = f"CA{len(self.calls):032x}"
        self.twice += [order.to for call in self.calls.values() if call.up and call.to == order.to]
        leg_id = order.status_url.partition("#")[0].rsplit("/", 1)[-1]
        self.calls[sid] = RealCall(sid, order.to, leg_id, self.clock.now())
        if fate == "crash after":
            raise Crash
        if fate == "reply lost":
            raise TelephonyUncertain("no answer")
        return sid

    async def find_calls(self, to: str, since: datetime) -> list[KnownCall]:
        found = [call for call in self.calls.values() if call.to == to and call.created_at >= since]
        return [KnownCall(call.sid, call.states[-1], call.created_at) for call in found]

    async def fetch_call(self, call_sid: str) -> KnownCall:
        call = self.calls[call_sid]
        return KnownCall(call_sid, call.states[-1], call.created_at)

    async def redirect(self, call_sid: str, url: str) -> None:
        del url
        self.calls[call_sid].become(CallState.COMPLETED)

    async def hang_up(self, call_sid: str) -> None:
        self.calls[call_sid].become(CallState.COMPLETED)

    async def call_off(self, call_sid: str) -> None:
        self.calls[call_sid].become(CallState.CANCELED)


class Promises(RuleBasedStateMachine):
    """The machine; its database is set from outside."""

    database_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.canceled: dict[str, int] = {}
        self.over: dict[str, int] = {}

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)

    @initialize(order=st.sampled_from(list(DialOrder)))
    def open(self, order: DialOrder) -> None:
        self.run(self._open(order))

    async def _open(self, order: DialOrder) -> None:
        url = self.database_url or f"sqlite:///{self.folder.name}/callback.db"
        self.database = Database(url)
        async with self.database.engine.begin() as connection:
            if self.database_url:
                names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
                await connection.execute(text(f"TRUNCATE {names} CASCADE"))
            else:
                await connection.run_sync(METADATA.create_all)
        self.clock = ManualClock(AFTERNOON)
        self.office = Office(self.database, self.clock, Path(self.folder.name))
        self.phones = TruePhones(self.clock)
        object.__setattr__(self.office.runtime, "telephony", self.phones)
        self.line: Line = await self.office.line(
            dial_order=order, callbacks_per_window=50, retry_after_seconds={"no_answer": [30] * 9}
        )
        for number in range(AGENTS):
            await self.office.agent(self.line, number)

    # What people ask for.

    @rule(person=st.sampled_from(PERSONS), later=st.sampled_from([0, 0, 5, 20]))
    def request(self, person: str, later: int) -> None:
        window = None
        if later:
            start = self.clock.now() + timedelta(minutes=later)
            window = Window(start, start + self.line.window)

        async def ask(work: Work) -> None:
            line = await work.session.get_one(Line, self.line.id)
            await request_callback(work, line, Request(person, "en", window=window))

        self.attempt(ask)

    @rule(pick=st.randoms(use_true_random=False))
    def cancel(self, pick: random.Random) -> None:
        chosen = self.one_of(Callback, pick)
        if chosen is None:
            return

        async def take_back(work: Work) -> None:
            await cancel_callback(work, await get_callback(work, chosen.id), "test")

        if self.attempt(take_back):
            self.canceled[chosen.id] = self.rings_for(chosen.id)

    @rule(pick=st.randoms(use_true_random=False), later=st.integers(1, 30))
    def move(self, pick: random.Random, later: int) -> None:
        chosen = self.one_of(Callback, pick)
        if chosen is None:
            return
        start = self.clock.now() + timedelta(minutes=later)

        async def put_off(work: Work) -> None:
            callback = await get_callback(work, chosen.id)
            line = await work.session.get_one(Line, self.line.id)
            await move_callback(work, line, callback, Window(start, start + line.window))

        self.attempt(put_off)

    # What workers do, and what becomes of them.

    @rule(seconds=st.sampled_from([1, 5, 31, 70, 400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    @rule(pick=st.randoms(use_true_random=False), age=st.integers(0, 1))
    def wake_up(self, pick: random.Random, age: int) -> None:
        """A wake-up comes, perhaps one of an older version."""
        chosen = self.one_of(Callback, pick)
        if chosen is not None:
            wake = Wake(JobName.FALL_DUE, chosen.id, chosen.version - age)
            self.run(give_places_to(self.office.runtime, {wake}))

    @rule()
    def reserve(self) -> None:
        async def match(work: Work) -> None:
            await carry_out(work, await decide(work))

        self.attempt(match)

    @rule(
        pick=st.randoms(use_true_random=False),
        fate=st.sampled_from(
            ["fine"] * 4
            + ["crash before", "crash after", "unavailable", "lost on the way", "reply lost"]
        ),
    )
    def place(self, pick: random.Random, fate: str) -> None:
        leg = self.one_of(Leg, pick, LegStatus.PLANNED)
        if leg is None:
            return
        self.phones.fate = fate
        with contextlib.suppress(Crash):
            self.run(place_leg(self.office.runtime, leg.id))
        self.phones.fate = "fine"

    @rule()
    def sweep_once(self) -> None:
        self.run(sweep(self.office.runtime))

    # What happens on the phones, and when we hear of it.

    @rule(
        pick=st.randoms(use_true_random=False),
        state=st.sampled_from(
            [CallState.IN_PROGRESS] * 3 + [CallState.BUSY, CallState.NO_ANSWER, CallState.COMPLETED]
        ),
    )
    def phone_moves(self, pick: random.Random, state: CallState) -> None:
        up = [call for call in self.phones.calls.values() if call.up]
        if up:
            call = pick.choice(up)
            ends_early = state in {CallState.BUSY, CallState.NO_ANSWER}
            if not (ends_early and CallState.IN_PROGRESS in call.states):
                call.become(state)

    @precondition(lambda self: self.phones.calls)
    @rule(pick=st.randoms(use_true_random=False), times=st.integers(1, 2))
    def tell(self, pick: random.Random, times: int) -> None:
        """An event of any call comes: new or old, once or twice."""
        call = pick.choice(list(self.phones.calls.values()))
        place = pick.randrange(len(call.states))
        for _ in range(times):
            self.run(self._tell(call, place))

    async def _tell(self, call: RealCall, place: int) -> None:
        state = call.states[place]
        key = f"leg:{call.leg_id}:{call.sid}:{place}"
        await take(self.office.runtime, key, "leg", call.leg_id, call.sid, {"state": state.value})

    @rule(
        pick=st.randoms(use_true_random=False),
        accepts=st.sampled_from([True, True, True, False]),
        is_cut_off=st.sampled_from([False, False, True]),
    )
    def key(self, pick: random.Random, accepts: bool, is_cut_off: bool) -> None:
        """Somebody who has picked up presses a key, and perhaps nothing is heard of her after it."""
        up = [c for c in self.phones.calls.values() if c.states[-1] == CallState.IN_PROGRESS]
        if up:
            call = pick.choice(up)
            self.run(self._key(call, accepts, is_cut_off))

    async def _key(self, call: RealCall, accepts: bool, is_cut_off: bool = False) -> None:
        async with self.office.runtime.work() as work:
            case, leg = await case_of_leg(work, call.leg_id)
            placed(work, leg, case.callback, call.sid)
            if leg.call_sid != call.sid or leg.status == LegStatus.ENDED:
                return
            answered(case, leg)
            if leg.role == LegRole.PERSON:
                if person_accepts(case, leg) and not is_cut_off:
                    person_enters(case, leg)
            elif accepts:
                agent_accepts(case, leg)
            else:
                agent_declines(case, leg)

    # What must never be.

    @invariant()
    def nobody_is_rung_twice(self) -> None:
        if hasattr(self, "phones"):
            assert self.phones.twice == []

    @invariant()
    def nobody_is_rung_who_is_owed_nothing(self) -> None:
        for callback_id, rings in (self.canceled | self.over).items():
            assert self.rings_for(callback_id) == rings
        if hasattr(self, "phones"):
            for callback in self.all_of(Callback):
                if callback.status not in OPEN:
                    self.over.setdefault(callback.id, self.rings_for(callback.id))

    @invariant()
    def an_agent_is_held_for_exactly_one(self) -> None:
        if not hasattr(self, "phones"):
            return
        under_way = [r for r in self.all_of(Reservation) if r.status != ReservationStatus.ENDED]
        held = Counter(r.agent_id for r in under_way)
        assert max(held.values(), default=1) == 1
        assert max(Counter(r.callback_id for r in under_way).values(), default=1) == 1
        for agent in self.all_of(Agent):
            assert (agent.status in ON_A_CALL) == (agent.id in held), agent

    @invariant()
    def nobody_is_done_with_who_was_never_let_into_the_room(self) -> None:
        if hasattr(self, "phones"):
            entered = {leg.id for leg in self.all_of(Leg) if leg.entered_at is not None}
            for callback in self.all_of(Callback):
                if callback.status == CallbackStatus.COMPLETED:
                    assert callback.person_leg_id in entered

    @invariant()
    def one_promise_to_one_person(self) -> None:
        if hasattr(self, "phones"):
            owed = [c.phone_number for c in self.all_of(Callback) if c.status in OPEN]
            assert len(owed) == len(set(owed))

    def teardown(self) -> None:
        """In the end nothing goes wrong any more, and everything comes to an end."""
        try:
            if hasattr(self, "phones"):
                self.run(self._come_to_an_end())
                self.nobody_is_rung_twice()
                self.nobody_is_rung_who_is_owed_nothing()
                self.an_agent_is_held_for_exactly_one()
        finally:
            if hasattr(self, "database"):
                self.run(self.database.close())
            self.runner.close()
            self.folder.cleanup()

    async def _come_to_an_end(self) -> None:
        for _ in range(80):
            await self._everybody_is_willing()
            await sweep(self.office.runtime)
            self.clock.move(timedelta(seconds=45))
            async with self.database.reading() as session:
                open_ones = (
                    await session.exec(select(Callback).where(col(Callback.status).in_(OPEN)))
                ).all()
                legs = (await session.exec(select(Leg).where(col(Leg.status).in_(LIVE)))).all()
            if not open_ones and not legs:
                return
        raise AssertionError(f"left over: {open_ones} {legs}")

    async def _everybody_is_willing(self) -> None:
        async with self.office.runtime.work() as work:
            for agent in (await work.session.exec(select(Agent).with_for_update())).all():
                if agent.status in {AgentStatus.AWAY, AgentStatus.OFFLINE}:
                    agent.ask_for(AgentStatus.AVAILABLE, work.now)
        for call in list(self.phones.calls.values()):
            if call.up and call.states[-1] == CallState.IN_PROGRESS:
                await self._key(call, accepts=True)
                async with self.database.reading() as session:
                    leg = await session.get_one(Leg, call.leg_id)
                    reservation = await session.get_one(Reservation, leg.reservation_id)
                if reservation.status == ReservationStatus.CONNECTED:
                    # In the end people talk with each other, and the room says so.
                    start = {"StatusCallbackEvent": "conference-start"}
                    key = f"conference:{reservation.id}"
                    await take(self.office.runtime, key, "conference", reservation.id, "", start)
                if reservation.status in {ReservationStatus.CONNECTED, ReservationStatus.ENDED}:
                    call.become(CallState.COMPLETED)
            call.become(CallState.IN_PROGRESS)
            for place in range(len(call.states)):
                await self._tell(call, place)

    # Tools.

    def attempt(self, use_case: Any) -> bool:
        """Do it in one piece of work; tell whether it was not refused."""

        async def work_it() -> None:
            async with self.office.runtime.work() as work:
                await use_case(work)

        try:
            self.run(work_it())
        except CallbackError:
            return False
        return True

    def all_of(self, kind: type[SQLModel]) -> list[Any]:
        async def read() -> list[Any]:
            async with self.database.reading() as session:
                return list((await session.exec(select(kind))).all())

        return self.run(read())

    def one_of(self, kind: type[SQLModel], pick: random.Random, status: object = None) -> Any:
        found = [row for row in self.all_of(kind) if status is None or row.status == status]
        return pick.choice(sorted(found, key=lambda row: row.id)) if found else None

    def rings_for(self, callback_id: str) -> int:
        legs = {leg.id for leg in self.all_of(Leg) if leg.callback_id == callback_id and leg.number}
        return sum(call.leg_id in legs for call in self.phones.calls.values())


class OnPostgres(Promises):
    """The same on the other database."""


# A longer search, drawn anew each time: MACHINE_EXAMPLES=500 make test ARGS=tests/integration/test_machine.py
SEARCH = os.environ.get("MACHINE_EXAMPLES", "")
EXAMPLES = int(SEARCH or 6)
COMMON = {
    "stateful_step_count": 30,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": not SEARCH,
}
Promises.TestCase.settings = settings(max_examples=EXAMPLES, **COMMON)


class TestOnSqlite(Promises.TestCase):  # type: ignore[misc, name-defined]
    """Drawn anew in the same way each time, so that a failure is one tomorrow too."""

    pytestmark = pytest.mark.timeout(3600 if SEARCH else 300)


@pytest.mark.timeout(3600 if SEARCH else 300)
def test_on_postgres(postgres_server: str) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    from tests.conftest import _drop_postgres, _fresh_postgres

    url = asyncio.run(_fresh_postgres(postgres_server, "callback_machine"))
    try:
        asyncio.run(_with_tables(url))
        OnPostgres.database_url = url
        run_state_machine_as_test(
            OnPostgres, settings=settings(max_examples=max(2, EXAMPLES // 2), **COMMON)
        )
    finally:
        asyncio.run(_drop_postgres(postgres_server, "callback_machine"))


async def _with_tables(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    await database.close()
