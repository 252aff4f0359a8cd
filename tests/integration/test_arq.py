"""Wake-ups through a real arq worker on a real server: run, deferred, void, lost, and never waited for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from redis.exceptions import RedisError
from sqlmodel import select

from callback.agents.presence import AgentStatus
from callback.arq_jobs import PATIENCE_SECONDS, QUEUE, ArqJobs, connect, deserialize, serialize
from callback.calls.call import CallStatus
from callback.clock import (
    Clock,
    ManualClock,
    ScaledClock,
    SystemClock,
    clock_from,
    scaled_clock_spec,
)
from callback.database import Database
from callback.dialing.leg import LegRole, LegStatus
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.embedded_redis import EmbeddedRedis
from callback.jobs import JobName, Wake
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.runtime import Runtime
from callback.tables import METADATA
from tests.integration.office import CountingTelephony, Office, settings_of
from tests.integration.waiting import eventually
from workers.at_hand import AtHand
from workers.dispatcher import Dispatcher
from workers.jobs import JOBS
from workers.settings import listen, make_worker


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    embedded = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    try:
        yield embedded.join()
    finally:
        embedded.leave()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'callback.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def jobs(redis_url: str, clock: ManualClock) -> AsyncIterator[ArqJobs]:
    jobs = ArqJobs(connect(redis_url, patient=True), clock)
    await jobs.redis.flushall()
    try:
        yield jobs
    finally:
        await jobs.close()


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path, jobs: ArqJobs) -> Office:
    return Office(database, clock, tmp_path, jobs)


@pytest.fixture
async def line(office: Office) -> Line:
    return await office.line()


async def work_off(runtime: Runtime) -> None:
    """Let a worker do everything that there is to do."""
    at_hand = AtHand(runtime)
    await make_worker(at_hand, burst=True).async_run()
    await at_hand.rest()


async def status_of(office: Office, callback: Callback) -> CallbackStatus:
    found = await office.again(callback)
    assert isinstance(found, Callback)
    return found.status


async def reserved_for(office: Office, callback: Callback) -> Reservation:
    agent = await office.agent(
        Line(
            id=callback.line_id, name="", time_zone="UTC", country="US", created_at=callback.due_at
        ),
        status=AgentStatus.RESERVED,
    )
    return await office.reserved(agent, ReservationStatus.ACCEPTED, callback)


def test_every_job_that_can_be_asked_for_is_known_to_the_worker() -> None:
    assert set(JOBS) == set(JobName)


async def test_a_callback_falls_due_and_is_dispatched_and_the_agents_phone_is_rung(
    office: Office, line: Line
) -> None:
    agent = await office.agent(line)
    callback = await office.owed(line, status=CallbackStatus.SCHEDULED)
    await office.runtime.jobs.wake_all([(Wake(JobName.FALL_DUE, callback.id, 1), None)])
    # One wake-up leads to the next: due, dispatched, placed.
    await work_off(office.runtime)
    assert await status_of(office, callback) == CallbackStatus.RESERVED
    assert [order.to for order in office.telephony.orders] == [agent.endpoint]


async def test_a_caller_is_taken_out_of_the_queue(office: Office, line: Line) -> None:
    agent = await office.agent(line, status=AgentStatus.RESERVED)
    call = await office.caller(line, status=CallStatus.RESERVED)
    reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, call)
    await office.runtime.jobs.wake_all([(Wake(JobName.PULL_CALLER, reservation.id), None)])
    await work_off(office.runtime)
    assert [pull[1] for pull in office.telephony.pulls] == [call.call_sid]


async def test_a_leg_is_hung_up(office: Office, line: Line) -> None:
    callback = await office.owed(line, status=CallbackStatus.DIALING)
    leg = await office.leg(
        await reserved_for(office, callback),
        LegRole.PERSON,
        callback.phone_number,
        LegStatus.PLACED,
        call_sid="CA1",
        end_wanted_at=office.clock.now(),
    )
    await office.runtime.jobs.wake_all([(Wake(JobName.END_LEG, leg.id), None)])
    await work_off(office.runtime)
    assert office.telephony.hung_up == ["CA1"]


async def test_a_job_that_fails_is_not_tried_again_and_stops_no_other(
    office: Office, line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    callback = await office.owed(line, status=CallbackStatus.DIALING)
    reservation = await reserved_for(office, callback)
    leg = await office.leg(reservation, LegRole.PERSON, callback.phone_number, LegStatus.PLANNED)
    due = await office.owed(line, 1, status=CallbackStatus.SCHEDULED)
    tried = 0

    async def fail(_order: object) -> str:
        nonlocal tried
        tried += 1
        raise RuntimeError("something that nobody thought of")

    monkeypatch.setattr(office.telephony, "place_call", fail)
    await office.runtime.jobs.wake_all([(Wake(JobName.PLACE_LEG, leg.id), None)])
    await office.runtime.jobs.wake_all([(Wake(JobName.FALL_DUE, due.id, 1), None)])
    await work_off(office.runtime)
    assert tried == 1
    assert await status_of(office, due) == CallbackStatus.WAITING
    assert "nobody thought of" in caplog.text


async def test_an_old_wake_up_is_void_once_the_promise_was_moved(
    office: Office, line: Line
) -> None:
    callback = await office.owed(line, status=CallbackStatus.SCHEDULED, version=2)
    await office.runtime.jobs.wake_all([(Wake(JobName.FALL_DUE, callback.id, 1), None)])
    await work_off(office.runtime)
    assert await status_of(office, callback) == CallbackStatus.SCHEDULED
    await office.runtime.jobs.wake_all([(Wake(JobName.FALL_DUE, callback.id, 2), None)])
    await work_off(office.runtime)
    assert await status_of(office, callback) == CallbackStatus.WAITING


async def test_a_wake_up_that_comes_too_early_does_nothing(office: Office, line: Line) -> None:
    later = office.clock.now() + timedelta(minutes=5)
    callback = await office.owed(line, status=CallbackStatus.SCHEDULED, due_at=later)
    await office.runtime.jobs.wake_all([(Wake(JobName.FALL_DUE, callback.id, 1), None)])
    await work_off(office.runtime)
    assert await status_of(office, callback) == CallbackStatus.SCHEDULED


async def test_one_version_of_a_promise_is_asked_for_once_and_a_look_as_often_as_wanted(
    jobs: ArqJobs,
) -> None:
    for _ in range(3):
        await jobs.wake_all([(Wake(JobName.FALL_DUE, "callback", 1), None)])
        await jobs.wake_all([(Wake(JobName.DISPATCH), None)])
    await jobs.wake_all([(Wake(JobName.FALL_DUE, "callback", 2), None)])
    # A look that is under way may have looked already: only a further one surely sees what is new.
    assert await jobs.redis.zcard(QUEUE) == 2 + 3


async def test_a_wake_up_that_is_taken_back_is_gone_from_the_queue_and_its_burden_soon(
    jobs: ArqJobs,
) -> None:
    wakes = [Wake(JobName.FALL_DUE, f"callback {number}", 1) for number in range(3)]
    for wake in wakes:
        await jobs.wake_all([(wake, None)])
    await jobs.take_back([*wakes[:2], Wake(JobName.DISPATCH)])
    assert await jobs.redis.zrange(QUEUE, 0, -1) == [wakes[2].key.encode()]
    assert 0 < await jobs.redis.pttl(f"arq:job:{wakes[0].key}") <= 60_000
    await jobs.take_back([])


async def test_several_wishes_are_asked_for_at_once_and_each_for_its_time(redis_url: str) -> None:
    clock = SystemClock()
    jobs = ArqJobs(connect(redis_url, patient=False), clock)
    try:
        await jobs.redis.flushall()
        await jobs.wake_all([(Wake(JobName.FALL_DUE, "callback", 1), None)])
        later = clock.now() + timedelta(minutes=5)
        texts = [(Wake(JobName.SEND_TEXT, f"message{n}"), None) for n in range(20)]
        again = (Wake(JobName.FALL_DUE, "callback", 1), later)
        await jobs.wake_all([*texts, again, (Wake(JobName.DISPATCH), later)])
        places = dict(await jobs.redis.zrange(QUEUE, 0, -1, withscores=True))
        assert len(places) == 1 + 20 + 1
        due_ms = later.timestamp() * 1000
        (put_off,) = [place for key, place in places.items() if key.startswith(b"dispatch")]
        assert due_ms - 1 <= put_off <= due_ms + 1
        # What was asked for before keeps its time.
        assert all(place < due_ms - 1000 for place in places.values() if place != put_off)
        for key in places:
            assert await jobs.redis.pttl(b"arq:job:" + key) > 0
    finally:
        await jobs.close()


async def real_delay(jobs: ArqJobs) -> timedelta:
    """How far ahead, on the server's own clock, the only job stands."""
    ((_, due_ms),) = await jobs.redis.zrange(QUEUE, 0, -1, withscores=True)
    seconds, microseconds = await jobs.redis.time()
    return timedelta(milliseconds=due_ms) - timedelta(seconds=seconds, microseconds=microseconds)


@pytest.mark.parametrize("rate", [1.0, 60.0, 1440.0])
async def test_a_deferral_is_as_long_as_the_machine_must_wait(redis_url: str, rate: float) -> None:
    clock: Clock = SystemClock()
    if rate != 1.0:
        clock = clock_from(scaled_clock_spec(SystemClock().now(), rate))
    jobs = ArqJobs(connect(redis_url, patient=False), clock)
    try:
        await jobs.redis.flushall()
        await jobs.wake_all([(Wake(JobName.DISPATCH), clock.now() + timedelta(hours=24))])
        wanted = timedelta(hours=24) / rate
        # arq keeps whole milliseconds.
        latest = wanted + timedelta(milliseconds=1)
        assert wanted - timedelta(seconds=5) < await real_delay(jobs) <= latest
    finally:
        await jobs.close()


async def test_what_is_past_is_asked_for_at_once_however_long_it_is_past(jobs: ArqJobs) -> None:
    long_ago = datetime.fromisoformat("2001-01-01T00:00:00+00:00")
    await jobs.wake_all([(Wake(JobName.DISPATCH), long_ago)])
    # arq keeps whole milliseconds.
    assert await real_delay(jobs) <= timedelta(milliseconds=1)


async def test_a_promise_in_a_hurried_run_falls_due_at_its_time_and_not_before(
    redis_url: str, database: Database, tmp_path: Path
) -> None:
    clock = clock_from(scaled_clock_spec(SystemClock().now(), 600))
    assert isinstance(clock, ScaledClock)
    jobs = ArqJobs(connect(redis_url, patient=True), clock)
    runtime = Runtime(settings_of(tmp_path), clock, database, jobs, CountingTelephony(clock))
    office = Office(database, ManualClock(clock.now()), tmp_path, jobs)
    try:
        await jobs.redis.flushall()
        line = await office.line()
        due_at = clock.now() + timedelta(minutes=5)  # half a second
        callback = await office.owed(line, status=CallbackStatus.SCHEDULED, due_at=due_at)
        await jobs.wake_all([(Wake(JobName.FALL_DUE, callback.id, 1), due_at)])
        await work_off(runtime)
        # Otherwise the only wake-up would have found nothing to do, and been lost.
        assert await status_of(office, callback) == CallbackStatus.WAITING
        assert clock.now() >= due_at
    finally:
        await jobs.close()


async def test_redis_is_told_identifiers_in_json_and_no_number(
    office: Office, line: Line, jobs: ArqJobs
) -> None:
    callback = await office.owed(line, status=CallbackStatus.SCHEDULED)
    await office.caller(line)
    async with office.runtime.work() as work:
        for job in JobName:
            work.wake(job, callback.id)
    kept: list[bytes] = []
    for key in await jobs.redis.keys("*"):
        if await jobs.redis.type(key) == b"string":
            kept.append(await jobs.redis.get(key))
        kept.append(key)
    told = [json.loads(value) for value in kept if value.startswith(b"{")]
    assert sorted(job["f"] for job in told) == sorted(JobName)
    for job in told:
        assert job["a"] == [callback.id, 1]
        assert job["k"] == {}
    digits = callback.phone_number.removeprefix("+").encode()
    assert not any(digits[1:] in value for value in kept)


def test_what_cannot_be_written_as_json_is_told_in_words_and_never_pickled() -> None:
    result = serialize({"t": 1, "r": ValueError("no")})
    assert deserialize(result) == {"t": 1, "r": "ValueError('no')"}


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def seconds_for(jobs: ArqJobs) -> float:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await jobs.wake_all([(Wake(JobName.DISPATCH), None)])
    return loop.time() - begun


async def test_a_server_that_is_not_there_costs_a_moment_and_no_error(
    tmp_path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    for url in (f"unix://{tmp_path}/nothing.sock", "redis://127.0.0.1:1/0"):
        jobs = ArqJobs(connect(url, patient=False), clock)
        try:
            assert await seconds_for(jobs) < PATIENCE_SECONDS + 0.5
            # And for a while it is not even tried, so that ten wishes do not take ten times as long.
            assert await seconds_for(jobs) < 0.05
        finally:
            await jobs.close()
    assert "no wake-up for dispatch" in caplog.text


async def test_a_server_that_is_frozen_costs_about_a_second_and_no_error(
    redis_url: str, clock: ManualClock
) -> None:
    jobs = ArqJobs(connect(redis_url, patient=False), clock)
    try:
        await jobs.redis.flushall()
        pid = (await jobs.redis.info())["process_id"]
        with frozen(pid):
            assert await seconds_for(jobs) < PATIENCE_SECONDS + 0.5

        async def heard() -> bool:
            await jobs.wake_all([(Wake(JobName.DISPATCH), None)])
            return bool(await jobs.redis.zcard(QUEUE))

        await eventually(heard, "it is asked again once it answers")
    finally:
        await jobs.close()


async def test_the_patient_do_not_let_a_web_request_wait_either(
    tmp_path: Path, clock: ManualClock
) -> None:
    """Use cases ask for wake-ups in workers, too, and a worker's retries may take half a minute."""
    jobs = ArqJobs(connect(f"unix://{tmp_path}/nothing.sock", patient=True), clock)
    try:
        assert await seconds_for(jobs) < PATIENCE_SECONDS + 0.5
    finally:
        await jobs.close()


@contextlib.asynccontextmanager
async def listening(runtime: Runtime) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(listen(AtHand(runtime)))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_the_worker_outlives_its_server(
    office: Office, line: Line, jobs: ArqJobs, redis_url: str
) -> None:
    first = await office.owed(line, status=CallbackStatus.SCHEDULED)
    second = await office.owed(line, 1, status=CallbackStatus.SCHEDULED)
    # The web process has a connection of its own, which gives up sooner.
    web = ArqJobs(connect(redis_url, patient=False), office.clock)
    try:
        async with listening(office.runtime) as task:
            await web.wake_all([(Wake(JobName.FALL_DUE, first.id, 1), None)])
            await eventually(lambda: has_fallen_due(office, first), "the first job was done")

            async def has_lived() -> bool:
                now = await about(web)
                return now is not None and int(str(now["uptime_in_seconds"])) >= 2

            # One that dies at once is not started again, because the next would die, too.
            await eventually(has_lived, "it has lived a second")
            before = await about(web)
            assert before is not None
            os.kill(int(str(before["process_id"])), signal.SIGKILL)

            async def another_answers() -> bool:
                now = await about(web)
                return now is not None and now["run_id"] != before["run_id"]

            await eventually(another_answers, "another server answers")

            async def done() -> bool:
                await web.wake_all([(Wake(JobName.FALL_DUE, second.id, 1), None)])
                return await has_fallen_due(office, second)

            await eventually(done, "the second job was done")
            assert not task.done()
    finally:
        await web.close()


async def about(jobs: ArqJobs) -> dict[str, object] | None:
    try:
        return dict(await jobs.redis.info())
    except (RedisError, OSError):
        return None


async def has_fallen_due(office: Office, callback: Callback) -> bool:
    return await status_of(office, callback) == CallbackStatus.WAITING


async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_in_hand(
    office: Office, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    callback = await office.owed(line, status=CallbackStatus.DIALING, attempt_count=1)
    leg = await office.leg(
        await reserved_for(office, callback),
        LegRole.PERSON,
        callback.phone_number,
        LegStatus.PLANNED,
    )
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_order: object) -> str:
        begun.set()
        await go_on.wait()
        return "CA1"

    monkeypatch.setattr(office.telephony, "place_call", slowly)
    async with listening(office.runtime) as task:
        await office.runtime.jobs.wake_all([(Wake(JobName.PLACE_LEG, leg.id), None)])
        await asyncio.wait_for(begun.wait(), 10)
        os.kill(os.getpid(), signal.SIGTERM)
        # The signal is heard before the call is placed.
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.wait_for(asyncio.shield(task), 10)
    assert (await office.again(leg)).call_sid == "CA1"  # type: ignore[attr-defined]


async def test_many_wishes_to_dispatch_cost_two_dispatches(office: Office, line: Line) -> None:
    await office.agent(line)
    await office.caller(line)
    dispatcher = Dispatcher(office.runtime)
    served = 0
    original = office.database.reading

    @contextlib.asynccontextmanager
    async def counted() -> AsyncIterator[object]:
        nonlocal served
        served += 1
        async with original() as session:
            yield session

    office.database.reading = counted  # type: ignore[method-assign, assignment]
    await asyncio.gather(*(dispatcher.dispatch() for _ in range(20)))
    office.database.reading = original  # type: ignore[method-assign]
    assert served <= 2
    async with office.database.reading() as session:
        assert len((await session.exec(select(Reservation))).all()) == 1
