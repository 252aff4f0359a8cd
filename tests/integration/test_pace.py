"""The shared pace on a real server: never faster than the account allows, in order, lines by turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random

import pytest
from redis.asyncio import Redis

from callback.arq_jobs import connect
from callback.clock import ManualClock
from callback.dialing.leg import Leg, LegRole, LegStatus
from callback.dialing.reservation import ReservationStatus
from callback.embedded_redis import EmbeddedRedis
from callback.pace import Turn
from callback.redis_pace import FORGET_AFTER, RedisPace
from tests.conftest import MONDAY_NINE
from tests.integration.office import Office, place_leg

SECOND = timedelta(seconds=1)


@pytest.fixture
async def redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Redis]:
    embedded = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    client = connect(embedded.join(), patient=False)
    await client.flushall()
    try:
        yield client
    finally:
        await client.aclose(close_connection_pool=True)
        embedded.leave()


async def drain(
    pace: RedisPace, turns: list[Turn], now: datetime, silent: frozenset[str] = frozenset()
) -> list[tuple[datetime, Turn]]:
    """Let calls ask when they were told to, until all have had their turn; `silent` ones ask once only."""
    waiting = {turn.leg_id: (now, turn) for turn in turns}
    placed = []
    while waiting:
        now = max(now, min(at for at, _ in waiting.values()))
        due = [turn for at, turn in waiting.values() if at <= now]
        for turn in due:
            wait = await pace.wait_for(turn, now)
            assert wait is not None
            if not wait:
                placed.append((now, turn))
            if not wait or turn.leg_id in silent:
                del waiting[turn.leg_id]
            else:
                waiting[turn.leg_id] = (now + wait, turn)
    return placed


def planned(count: int, line: str = "support") -> list[Turn]:
    start = MONDAY_NINE - timedelta(hours=1)
    return [
        Turn(f"{line}-{n:05d}", line, start + n * timedelta(milliseconds=1)) for n in range(count)
    ]


async def test_a_burst_of_a_thousand_drains_in_the_order_of_planning_at_the_accounts_rate(
    redis: Redis,
) -> None:
    turns = planned(1000)
    asked = Random(1).sample(turns, len(turns))
    placed = await drain(RedisPace(redis, 5), asked, MONDAY_NINE)
    # Whoever asks first finds a free turn and may have it; from then on the order rules.
    first, *rest = (turn.leg_id for _, turn in placed)
    assert rest == [turn.leg_id for turn in turns if turn.leg_id != first]
    times = [at for at, _ in placed]
    for earlier, later in zip(times, times[5:], strict=False):
        assert later - earlier >= SECOND - timedelta(milliseconds=5)
    assert times[-1] - times[0] <= 201 * SECOND


async def test_lines_take_turns_however_many_wait_on_each(redis: Redis) -> None:
    many, few = planned(60, "many"), planned(5, "few")
    placed = await drain(RedisPace(redis, 1), [*many, *few], MONDAY_NINE)
    order = [turn.line_id for _, turn in placed]
    # While both wait nobody has two turns in a row, but for the one that was free at the beginning.
    runs = [(line, len(list(run))) for line, run in groupby(order[: 2 * len(few) + 1])]
    assert order[:11].count("few") == len(few)
    assert all(length == 1 for _, length in runs[1:-1]), order[:12]


async def test_several_workers_share_one_bucket(redis: Redis) -> None:
    paces = [RedisPace(redis, 3) for _ in range(4)]
    now, turns, granted = MONDAY_NINE, planned(40), []
    for _ in range(40):
        waits = await asyncio.gather(
            *(paces[n % 4].wait_for(turn, now) for n, turn in enumerate(turns))
        )
        granted += [now] * waits.count(timedelta(0))
        turns = [turn for turn, wait in zip(turns, waits, strict=True) if wait]
        now += timedelta(seconds=0.25)
    assert len(granted) == 1 + int(39 * 0.25 * 3)
    assert all(b - a >= SECOND for a, b in zip(granted, granted[4:], strict=False))


async def test_a_call_that_does_not_come_back_holds_the_others_up_for_seconds_only(
    redis: Redis,
) -> None:
    turns = planned(10)
    gone = frozenset({turns[4].leg_id})
    placed = await drain(RedisPace(redis, 1), turns, MONDAY_NINE, silent=gone)
    assert [turn.leg_id for _, turn in placed] == [t.leg_id for t in turns if t.leg_id not in gone]
    assert placed[-1][0] - MONDAY_NINE <= 10 * SECOND + FORGET_AFTER


async def test_a_flushed_server_never_lets_more_than_one_call_out_at_once(redis: Redis) -> None:
    pace = RedisPace(redis, 20)
    for _ in range(3):
        await redis.flushall()
        waits = [await pace.wait_for(turn, MONDAY_NINE) for turn in planned(20)]
        assert waits.count(timedelta(0)) == 1


async def test_without_redis_the_legs_themselves_are_counted(
    office: Office, clock: ManualClock, tmp_path: Path
) -> None:
    nobody = connect(f"unix://{tmp_path / 'nobody.sock'}", patient=False)
    paced = Office(office.database, clock, tmp_path, twilio_calls_per_second=1)
    object.__setattr__(paced.runtime, "pace", RedisPace(nobody, 1))
    legs = await planned_legs(paced, 3)
    try:
        assert [await place_leg(paced.runtime, leg.id) for leg in legs] == [True, False, False]
        clock.move(SECOND)
        assert await place_leg(paced.runtime, legs[1].id)
    finally:
        await nobody.aclose(close_connection_pool=True)
    assert [order.to for order in paced.telephony.orders] == [leg.to for leg in legs[:2]]


async def test_with_redis_calls_wait_for_their_turn_and_are_asked_for_again_then(
    office: Office, clock: ManualClock, tmp_path: Path, redis: Redis
) -> None:
    paced = Office(office.database, clock, tmp_path, twilio_calls_per_second=2)
    object.__setattr__(paced.runtime, "pace", RedisPace(redis, 2))
    legs = await planned_legs(paced, 3)
    assert [await place_leg(paced.runtime, leg.id) for leg in legs] == [True, False, False]
    wishes = [when for wake, when in paced.jobs.wishes if wake.subject_id == legs[2].id]
    assert wishes == [clock.now() + SECOND]
    assert not await place_leg(paced.runtime, legs[2].id)
    clock.move(SECOND / 2)
    assert await place_leg(paced.runtime, legs[1].id)


async def test_without_pacing_a_burst_goes_out_at_once(
    office: Office, clock: ManualClock, tmp_path: Path
) -> None:
    free = Office(office.database, clock, tmp_path, twilio_calls_per_second=0)
    legs = await planned_legs(free, 5)
    assert all([await place_leg(free.runtime, leg.id) for leg in legs])


async def test_the_most_calls_at_once_hold_whatever_the_pace_says(
    office: Office, clock: ManualClock, tmp_path: Path, redis: Redis
) -> None:
    paced = Office(
        office.database, clock, tmp_path, twilio_calls_per_second=50, twilio_max_call_legs=2
    )
    object.__setattr__(paced.runtime, "pace", RedisPace(redis, 50))
    legs = await planned_legs(paced, 4)
    placed = []
    for leg in legs:
        clock.move(SECOND)
        placed.append(await place_leg(paced.runtime, leg.id))
    assert placed == [True, True, False, False]


async def test_a_worker_that_was_frozen_after_its_claim_sends_nothing(
    office: Office, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (leg,) = await planned_legs(office, 1)
    release = type(office.runtime).release

    async def frozen(runtime: object, work: object) -> None:
        await release(runtime, work)  # type: ignore[arg-type]
        clock.move(40 * SECOND)

    monkeypatch.setattr(type(office.runtime), "release", frozen)
    assert not await place_leg(office.runtime, leg.id)
    assert office.telephony.orders == []
    found = await office.again(leg)
    assert isinstance(found, Leg)
    assert found.status == LegStatus.PLACING


async def planned_legs(office: Office, count: int) -> list[Leg]:
    line = await office.line()
    legs = []
    for number in range(count):
        agent = await office.agent(line, number)
        callback = await office.owed(line, number)
        reservation = await office.reserved(agent, ReservationStatus.ASKING, callback)
        legs.append(await office.leg(reservation, LegRole.AGENT, agent.endpoint, LegStatus.PLANNED))
    # Those of one instant are in the order of their identifiers.
    return sorted(legs, key=lambda leg: leg.id)
