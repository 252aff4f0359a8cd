"""A busy hour under blows: promises are asked for while everything is struck; then all is judged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from callback.demo.client import Client
from callback.demo.processes import DemoFailed
from tests.acceptance.faults import people
from tests.acceptance.faults.blows import Blows
from tests.acceptance.faults.databases import store_of
from tests.acceptance.faults.desk import Desk
from tests.acceptance.faults.installation import Installation
from tests.acceptance.faults.journal import Journal
from tests.acceptance.faults.judge import ENDS, Evidence, Promised, Verdict, judge

STANDSTILL_SECONDS = 180.0
DELAYS = dict.fromkeys(("busy", "no_answer", "machine", "failed"), [30] * 20)
OPEN = {
    "reservations under way": "SELECT count(*) AS n FROM reservation WHERE status <> 'ended'",
    "legs not over": "SELECT count(*) AS n FROM leg WHERE status <> 'ended'",
    "callers not over": "SELECT count(*) AS n FROM call WHERE status <> 'ended'",
    "events not interpreted": "SELECT count(*) AS n FROM status_event WHERE applied_at IS NULL",
}


@dataclass(frozen=True)
class Plan:
    """A run: its seed decides who behaves how and what is struck when.

    `rate` is how much faster than real the hour passes. What takes real time, such as waiting 5 s for an
    answer of the telephone company, must stay shorter than a lease of 60 s on that clock.
    """

    database: str
    seed: int
    promises: int
    kills: int
    seconds: float
    rate: float
    longest_pause: float
    callers_share: float = 0.1
    agents: int = 14


@dataclass
class Report:
    """What came of a run."""

    plan: Plan
    verdict: Verdict
    promised: int
    canceled: int
    rings: int
    requests: int
    kills: int
    blows: dict[str, int]
    refused: int
    ended_themselves: int
    late: list[float] = field(default_factory=list)

    def as_text(self) -> str:
        late = sorted(self.late)
        middle, worst = (late[len(late) // 2], late[-1]) if late else (0.0, 0.0)
        lines = [
            f"{self.plan.database}, seed {self.plan.seed}: {self.promised} promises, {self.kills} kills, "
            f"{self.canceled} taken back, {self.rings} calls placed, {self.requests} requests",
            f"  lost {len(self.verdict.lost)}, rung twice {len(self.verdict.rung_twice)}, "
            f"rung after cancel {len(self.verdict.rung_after_cancel)}, "
            f"stuck {len(self.verdict.stuck)}, illegal {len(self.verdict.illegal)}; "
            f"{self.refused} illegal wishes refused; {self.ended_themselves} processes ended by themselves",
            f"  due to first ring: median {middle:.1f} s, worst {worst:.0f} s on the hour's clock",
            f"  blows: {json.dumps(self.blows, sort_keys=True)}",
        ]
        return "\n".join(lines + [f"  WRONG {what}" for what in self.verdict.everything()])


class Hour:
    """One run, from an empty folder to a verdict."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.draw = random.Random(plan.seed)
        self.there = Installation(folder, store_of(plan.database, folder), plan.rate)
        self.blows = Blows(self.there, random.Random(plan.seed + 1), plan.longest_pause)
        self.callers = int(plan.promises * plan.callers_share)
        self.numbers = [people.person_number(n) for n in range(plan.promises + self.callers)]
        self.agent_numbers = [people.agent_number(n) for n in range(plan.agents)]
        self.line_ids: dict[str, str] = {}
        self.agent_ids: list[str] = []
        self.desk: Desk

    async def play(self) -> Report:
        """Play the hour and judge it."""
        crowd: dict[str, people.Persona] = {n: people.called_back(self.draw) for n in self.numbers}
        crowd |= {n: people.agent(self.draw) for n in self.agent_numbers}
        await self.there.open(crowd)
        self.desk = Desk(self.there, self.there.key)
        try:
            await self._settle()
            await self.blows.begin()
            async with self._supervised():
                async with asyncio.TaskGroup() as busy:
                    for part in (self._promises(), self._callers(), self._strikes()):
                        busy.create_task(part)
                await self.blows.recover()
                await self._drain()
                await self._probe()
                return await self._report()
        finally:
            await self.desk.close()

    async def _settle(self) -> None:
        api: Client = self.there.api
        for name, number in people.LINES.items():
            line = {
                "name": name,
                "numbers": [number],
                "time_zone": "America/New_York",
                "country": "US",
                "dial_order": "agent_first" if name == "first" else "customer_first",
                "offer_after_seconds": 0,
                "callbacks_per_window": 10_000,
                "retry_after_seconds": DELAYS,
                "dials_per_number_per_day": 100,
                "expected_handle_seconds": 30,
            }
            self.line_ids[name] = (await api.post("/api/v1/lines", line))["id"]
        for place, number in enumerate(self.agent_numbers):
            agent = {"name": f"{place}", "endpoint": number, "line_ids": [*self.line_ids.values()]}
            self.agent_ids.append((await api.post("/api/v1/agents", agent))["id"])

    @contextlib.asynccontextmanager
    async def _supervised(self) -> AsyncIterator[None]:
        """Let somebody look after agents who were set away."""
        await self._all_at_work()
        task = asyncio.create_task(self._keep_at_work())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _keep_at_work(self) -> None:
        while True:
            await asyncio.sleep(1)
            said = await self.desk.once("GET", "/agents?limit=100")
            for agent in said.body["items"] if said is not None else []:
                if agent["status"] in ("away", "offline"):
                    await self._available(agent["id"])

    async def _available(self, agent_id: str) -> None:
        await self.desk.once("PUT", f"/agents/{agent_id}/status", {"status": "available"})

    async def _all_at_work(self) -> None:
        for agent_id in self.agent_ids:
            await self.desk.until_answered(
                "PUT", f"/agents/{agent_id}/status", {"status": "available"}
            )

    async def _promises(self) -> None:
        gap = self.plan.seconds / self.plan.promises
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async with asyncio.TaskGroup() as asked:
            for place, number in enumerate(self.numbers[: self.plan.promises]):
                await asyncio.sleep(max(0.0, begun + place * gap - loop.time()))
                asked.create_task(self._promise(number))

    async def _promise(self, number: str) -> None:
        draw = random.Random(f"{self.plan.seed} {number}")
        line_id = draw.choice([self.line_ids["first"]] * 3 + [self.line_ids["second"]])
        later = timedelta(seconds=draw.uniform(20, 150)) if draw.random() < 0.4 else None
        await self.desk.promise(line_id, number, later)
        change = draw.random()
        if change < 0.1:
            await self._wait(draw.uniform(0, 60))
            await self.desk.take_back(number)
        elif change < 0.2:
            await self._wait(draw.uniform(0, 60))
            await self.desk.move(number, timedelta(seconds=draw.uniform(20, 150)))

    async def _wait(self, seconds: float) -> None:
        await self.there.clock.sleep(timedelta(seconds=seconds))

    async def _callers(self) -> None:
        for place, number in enumerate(self.numbers[self.plan.promises :]):
            await asyncio.sleep(self.plan.seconds / max(1, self.callers))
            to = list(people.LINES.values())[place % 2]
            with contextlib.suppress(DemoFailed):  # the telephone company is down
                await self.there.telephony.post(
                    "/simulator/calls", {"from": number, "to": to, "persona": people.caller()}
                )

    async def _strikes(self) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while self.blows.kills < self.plan.kills:
            share_left = 1 - self.blows.kills / self.plan.kills
            left = max(0.1, begun + self.plan.seconds - loop.time())
            pause = left / max(1.0, share_left * self.plan.kills)
            # A blow in three kills nobody.
            await asyncio.sleep(self.blows.draw.uniform(0.2, 1.2) * min(pause, 10.0))
            await self.blows.strike()

    async def _drain(self) -> None:
        """Wait until every promise is over and nobody is on the phone, or nothing moves any more."""
        loop = asyncio.get_running_loop()
        moved_at, before = loop.time(), ""
        while loop.time() < moved_at + STANDSTILL_SECONDS:
            await asyncio.sleep(0.5)
            callbacks = await self.there.store.rows(
                "SELECT status, count(*) AS n FROM callback GROUP BY status ORDER BY status"
            )
            rows = await self._open_rows()
            on_the_line = await self.there.on_the_line()
            over = {row["status"] for row in callbacks} <= ENDS
            if over and not on_the_line and not any(rows.values()):
                break
            now = f"{callbacks} {rows} {on_the_line}"
            if now != before:
                moved_at, before = loop.time(), now
        # A status event that is on its way arrives, and an agent who was set away is fetched.
        await asyncio.sleep(2)

    async def _open_rows(self) -> dict[str, int]:
        return {what: (await self.there.store.rows(query))[0]["n"] for what, query in OPEN.items()}

    async def _probe(self) -> None:
        for number in list(self.desk.promised)[::10]:
            await self.desk.try_what_cannot_be(number)

    async def _report(self) -> Report:
        rows = self.there.store.rows
        journal = Journal(self.there.archive, self.blows.deaths)
        callers = frozenset(self.numbers[self.plan.promises :])
        heard = {
            call.to: Promised(call.to, call.began_at)
            for call in journal.calls.values()
            if not call.ours and call.heard_our_word
        }
        promised = self.desk.promised | heard
        callbacks = await rows("SELECT id, phone_number, kind, status FROM callback")
        evidence = Evidence(
            journal=journal,
            promised=list(promised.values()),
            untold=callers - heard.keys(),
            people=frozenset(self.numbers),
            agents=frozenset(self.agent_numbers),
            callbacks=callbacks,
            timeline=await rows("SELECT callback_id, event FROM timeline_entry ORDER BY id"),
            agent_rows=await rows("SELECT name, status FROM agent"),
            open_rows=await self._open_rows(),
            on_the_line=await self.there.on_the_line(),
        )
        late = await rows(
            "SELECT due_at, promised_from, first_placed_at FROM callback WHERE first_placed_at IS NOT NULL"
        )
        return Report(
            plan=self.plan,
            verdict=judge(evidence),
            promised=len(promised),
            canceled=sum(each.canceled_at is not None for each in promised.values()),
            rings=sum(call.ours for call in journal.calls.values()),
            requests=journal.requests,
            kills=self.blows.kills,
            blows=dict(self.blows.counted),
            refused=self.desk.refused,
            ended_themselves=sum(part.ended_itself for part in self.there.parts.values()),
            late=[_seconds_late(row) for row in late],
        )

    async def close(self) -> None:
        await self.there.close()


def _seconds_late(row: dict[str, Any]) -> float:
    placed, promised = (
        datetime.fromisoformat(row[name]) if isinstance(row[name], str) else row[name]
        for name in ("first_placed_at", "promised_from")
    )
    return float((placed - promised).total_seconds())


async def play(plan: Plan, folder: Path) -> Report:
    """Play a run and return its report; everything that was started is ended."""
    hour = Hour(plan, folder)
    try:
        return await hour.play()
    finally:
        await hour.close()
