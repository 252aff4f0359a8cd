"""Many at once, each on its own connection: nobody is promised, reserved, placed or rung twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import timedelta

import pytest
from sqlmodel import SQLModel, col, select

from callback.agents.agent import Agent
from callback.agents.presence import AgentStatus
from callback.calls.call import Call, CallStatus
from callback.dialing import dispatching
from callback.dialing.canceling import cancel_callback
from callback.dialing.dialer import LEASE, pull_caller
from callback.dialing.dispatching import serve_who_waits
from callback.dialing.events import apply_event, record
from callback.dialing.leg import Leg, LegRole, LegStatus
from callback.dialing.recovery import resolve_leg, sweep
from callback.dialing.reservation import Reservation, ReservationEvent, ReservationStatus
from callback.errors import (
    CallbackError,
    IllegalTransition,
    PromiseRefused,
    TelephonyUnavailable,
    TelephonyUncertain,
)
from callback.jobs import JobName, Wake
from callback.lines.line import DialOrder, Line
from callback.lines.offer import Window
from callback.promises.callback import Callback, CallbackKind, TimelineEntry
from callback.promises.falling_due import give_places_to
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.promises.requesting import (
    Request,
    get_callback,
    move_callback,
    request_callback,
)
from callback.runtime import Runtime
from tests.integration.office import Office, place_leg

CROWD = 8
PERSON = "+14155550111"


async def all_of(office: Office, kind: type[SQLModel]) -> list[SQLModel]:
    async with office.database.reading() as session:
        return list((await session.exec(select(kind))).all())


async def at_once(attempts: Iterable[Awaitable[object]]) -> list[object]:
    """Return what came of each; an error that this project knows is an answer, any other is raised."""
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, CallbackError):
            raise answer
    return list(answers)


def refusals(answers: Iterable[object]) -> list[str]:
    return [answer.rule for answer in answers if isinstance(answer, PromiseRefused)]


def in_an_hour(office: Office, minutes: int = 0) -> Window:
    start = office.clock.now() + timedelta(hours=1, minutes=minutes)
    return Window(start, start + timedelta(minutes=15))


async def ask(
    runtime: Runtime, line: Line, number: str, window: Window | None = None, call_id: str = ""
) -> Callback:
    async with runtime.work() as work:
        call = None
        if call_id:
            call = await work.session.get_one(Call, call_id, with_for_update=True)
        return await request_callback(work, line, Request(number, "en", window, call))


async def move(runtime: Runtime, line: Line, callback_id: str, window: Window) -> None:
    async with runtime.work() as work:
        await move_callback(work, line, await get_callback(work, callback_id), window)


async def due_once(runtime: Runtime, callback_id: str, version: int) -> bool:
    return bool(await give_places_to(runtime, {Wake(JobName.FALL_DUE, callback_id, version)}))


async def test_a_person_who_asks_many_times_at_once_is_owed_one_callback(office: Office) -> None:
    line = await office.line()
    await office.agent(line)
    answers = await at_once(
        ask(office.runtime, line, PERSON, in_an_hour(office, 15 * place)) for place in range(CROWD)
    )
    assert len(await all_of(office, Callback)) == 1
    assert refusals(answers) == ["one_callback_per_person"] * (CROWD - 1)


async def test_the_last_place_in_a_window_is_promised_once(office: Office) -> None:
    line = await office.line(callbacks_per_window=1)
    answers = await at_once(
        ask(office.runtime, line, f"+1415555{3000 + place}", in_an_hour(office))
        for place in range(CROWD)
    )
    assert len(await all_of(office, Callback)) == 1
    assert refusals(answers) == ["window_full"] * (CROWD - 1)


async def test_promises_moved_to_one_window_at_once_do_not_overfill_it(office: Office) -> None:
    line = await office.line(callbacks_per_window=2)
    made = [
        await ask(
            office.runtime, line, f"+1415555{3000 + place}", in_an_hour(office, 60 + 15 * place)
        )
        for place in range(4)
    ]
    full = in_an_hour(office)
    answers = await at_once(
        [
            *(move(office.runtime, line, callback.id, full) for callback in made),
            *(ask(office.runtime, line, f"+1415555{4000 + place}", full) for place in range(4)),
        ]
    )
    async with office.database.reading() as session:
        found = await session.exec(select(Callback).where(Callback.promised_from == full.start))
        assert len(found.all()) == 2
    assert refusals(answers) == ["window_full"] * 6


async def test_windows_that_share_time_share_their_places(office: Office) -> None:
    """Otherwise a window could be filled once a minute, each time with another beginning."""
    line = await office.line(callbacks_per_window=1)
    answers = await at_once(
        ask(office.runtime, line, f"+1415555{3000 + minute}", in_an_hour(office, minute))
        for minute in range(15)
    )
    assert len(refusals(answers)) == 14
    await ask(office.runtime, line, "+14155554000", in_an_hour(office, 30))
    assert len(await all_of(office, Callback)) == 2


async def test_a_promise_may_be_moved_within_the_window_that_it_fills(office: Office) -> None:
    line = await office.line(callbacks_per_window=1)
    callback = await ask(office.runtime, line, PERSON, in_an_hour(office))
    await move(office.runtime, line, callback.id, in_an_hour(office, 5))
    moved = await office.again(callback)
    assert isinstance(moved, Callback)
    assert moved.promised_from == in_an_hour(office, 5).start


async def test_a_key_that_arrives_twice_gives_one_promise_and_the_same_answer(
    office: Office,
) -> None:
    line = await office.line()
    await office.agent(line)
    call = await office.caller(line)
    answers = await at_once(
        ask(office.runtime, line, PERSON, call_id=call.id) for _ in range(CROWD)
    )
    (callback,) = await all_of(office, Callback)
    assert isinstance(callback, Callback)
    assert [getattr(answer, "id", answer) for answer in answers] == [callback.id] * CROWD
    left = await office.again(call)
    assert isinstance(left, Call)
    assert left.status == CallStatus.LEAVING


async def test_an_agent_and_a_promise_that_reach_for_a_caller_at_once_do_not_both_get_her(
    office: Office,
) -> None:
    line = await office.line()
    for number in range(3):
        await office.agent(line, number)
    calls = [await office.caller(line, number) for number in range(6)]
    await at_once(
        attempt
        for number, call in enumerate(calls)
        for attempt in (
            ask(office.runtime, line, f"+1415555{3000 + number}", call_id=call.id),
            serve_who_waits(office.runtime),
        )
    )
    promised = {row.call_id for row in await all_of(office, Callback) if isinstance(row, Callback)}
    reserved = {
        row.call_id for row in await all_of(office, Reservation) if isinstance(row, Reservation)
    }
    assert not promised & reserved - {None}
    for row in await all_of(office, Call):
        assert isinstance(row, Call)
        assert (row.status == CallStatus.LEAVING) == (row.id in promised)
        assert (row.status == CallStatus.RESERVED) == (row.id in reserved)


async def test_dispatchers_at_once_reserve_each_agent_once_and_the_earliest_callers(
    office: Office,
) -> None:
    line = await office.line()
    for number in range(3):
        await office.agent(line, number)
    calls = [await office.caller(line, number) for number in range(CROWD)]
    matched = await at_once(serve_who_waits(office.runtime) for _ in range(CROWD))
    reservations = [row for row in await all_of(office, Reservation)]
    assert sum(number for number in matched if isinstance(number, int)) == 3
    assert len({getattr(row, "agent_id", "") for row in reservations}) == 3
    assert {getattr(row, "call_id", "") for row in reservations} == {call.id for call in calls[:3]}
    statuses = Counter(getattr(row, "status", None) for row in await all_of(office, Agent))
    assert statuses == {AgentStatus.RESERVED: 3}


async def test_a_callback_that_is_canceled_while_it_is_being_matched_is_not_reserved(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    if office.database.is_sqlite:
        pytest.skip("a writer on SQLite is alone")
    line = await office.line()
    agent = await office.agent(line)
    callback = await office.owed(line)
    look = dispatching.not_again

    async def somebody_cancels(work: object) -> object:
        async with office.runtime.work() as other:
            await cancel_callback(other, await get_callback(other, callback.id), "the person")
        return await look(work)  # type: ignore[arg-type]

    monkeypatch.setattr(dispatching, "not_again", somebody_cancels)
    assert await serve_who_waits(office.runtime) == 0
    assert await all_of(office, Reservation) == []
    now = await office.again(callback)
    assert isinstance(now, Callback)
    assert now.status == CallbackStatus.CANCELED
    free = await office.again(agent)
    assert isinstance(free, Agent)
    assert free.status == AgentStatus.AVAILABLE


async def test_the_dispatcher_waits_for_nobody_and_asks_to_look_again(office: Office) -> None:
    if office.database.is_sqlite:
        pytest.skip("a writer on SQLite is alone")
    line = await office.line()
    await office.agent(line)
    call = await office.caller(line)
    async with office.runtime.work() as other:
        await other.session.get_one(Call, call.id, with_for_update=True)
        assert await serve_who_waits(office.runtime) == 0
        assert [wake.job for wake, _ in office.jobs.wishes] == ["dispatch"]
    assert await serve_who_waits(office.runtime) == 1


async def test_a_callback_falls_due_once(office: Office) -> None:
    line = await office.line()
    callback = await office.owed(line, status=CallbackStatus.SCHEDULED)
    answers = await at_once(due_once(office.runtime, callback.id, 1) for _ in range(CROWD))
    assert Counter(answers) == {True: 1, False: CROWD - 1}
    timeline = [getattr(row, "event", "") for row in await all_of(office, TimelineEntry)]
    assert timeline == ["fall_due"]


async def test_an_old_wake_up_does_nothing(office: Office) -> None:
    line = await office.line()
    callback = await office.owed(line, status=CallbackStatus.SCHEDULED, version=2)
    assert await due_once(office.runtime, callback.id, 1) is False
    assert await due_once(office.runtime, callback.id, 2) is True


async def placing(office: Office, **leg: object) -> tuple[Callback, Leg]:
    """A callback whose person is about to be rung, with an agent who waits in the conference."""
    line = await office.line()
    agent = await office.agent(line, status=AgentStatus.RESERVED)
    callback = await office.owed(line, status=CallbackStatus.DIALING, attempt_count=1)
    reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, callback)
    status = leg.pop("status", LegStatus.PLANNED)
    made = await office.leg(
        reservation,
        LegRole.PERSON,
        callback.phone_number,
        status,  # type: ignore[arg-type]
        **leg,
    )
    return callback, made


async def test_a_leg_is_placed_once_whoever_is_woken_for_it(office: Office) -> None:
    _, leg = await placing(office)
    answers = await at_once(place_leg(office.runtime, leg.id) for _ in range(CROWD))
    assert Counter(answers) == {True: 1, False: CROWD - 1}
    assert len(office.telephony.orders) == 1


async def test_a_leg_is_placed_once_by_wake_ups_and_sweeps_together(office: Office) -> None:
    _, leg = await placing(office)
    office.clock.move(timedelta(seconds=2))
    await at_once(
        attempt
        for _ in range(4)
        for attempt in (place_leg(office.runtime, leg.id), sweep(office.runtime))
    )
    assert len(office.telephony.orders) == 1


async def test_a_caller_is_taken_out_of_the_queue_once(office: Office) -> None:
    line = await office.line()
    agent = await office.agent(line, status=AgentStatus.RESERVED)
    call = await office.caller(line, status=CallStatus.RESERVED)
    reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, call)
    answers = await at_once(pull_caller(office.runtime, reservation.id) for _ in range(CROWD))
    assert Counter(answers) == {True: 1, False: CROWD - 1}
    (pull,) = office.telephony.pulls
    assert pull[:2] == (call.queue_sid, call.call_sid)


async def test_an_event_that_arrives_many_times_at_once_is_written_down_once(
    office: Office,
) -> None:
    async def take() -> str | None:
        async with office.runtime.work() as work:
            return await record(work, "leg:1:completed", "conference", "1", "CA1", {})

    answers = await at_once(take() for _ in range(CROWD))
    assert sum(answer is not None for answer in answers) == 1


async def test_many_sweeps_at_once_ask_once_what_became_of_a_silent_leg(office: Office) -> None:
    """The second would look for calls since its own asking, find none, and ring the person again."""
    _, leg = await placing(office)
    office.telephony.trouble = [TelephonyUncertain("no answer")]
    await place_leg(office.runtime, leg.id)
    office.clock.move(LEASE + timedelta(seconds=1))
    await at_once(resolve_leg(office.runtime, leg.id) for _ in range(CROWD))
    assert office.telephony.asked == 1
    bound = await office.again(leg)
    assert isinstance(bound, Leg)
    assert bound.call_sid == "CA" + f"{1:032x}"
    for _ in range(3):
        office.clock.move(timedelta(seconds=2))
        await sweep(office.runtime)
    assert len(office.telephony.orders) == 1


async def test_a_call_is_found_however_long_nobody_could_ask_for_it(office: Office) -> None:
    _, leg = await placing(office)
    office.telephony.trouble = [TelephonyUncertain("no answer")]
    await place_leg(office.runtime, leg.id)
    for _ in range(3):
        office.clock.move(LEASE + timedelta(seconds=1))
        office.telephony.trouble = [TelephonyUnavailable("no connection")]
        assert await resolve_leg(office.runtime, leg.id) is False
    office.clock.move(LEASE + timedelta(seconds=1))
    assert await resolve_leg(office.runtime, leg.id) is True
    for _ in range(3):
        office.clock.move(timedelta(seconds=2))
        await sweep(office.runtime)
    assert len(office.telephony.orders) == 1


async def test_a_leg_that_never_reached_the_telephone_company_is_placed_again(
    office: Office,
) -> None:
    _, leg = await placing(office)
    office.telephony.trouble = [TelephonyUncertain("no answer")]
    await place_leg(office.runtime, leg.id)
    office.telephony.known.clear()
    office.clock.move(LEASE + timedelta(seconds=1))
    await at_once(resolve_leg(office.runtime, leg.id) for _ in range(CROWD))
    office.clock.move(timedelta(seconds=2))
    await at_once(sweep(office.runtime) for _ in range(4))
    assert len(office.telephony.orders) == 2


async def event_of(office: Office, leg: Leg, state: str) -> None:
    async with office.runtime.work() as work:
        identifier = await record(
            work, f"leg:{leg.id}:{state}", "leg", leg.id, f"CA{leg.id}", {"state": state}
        )
    assert identifier is not None
    await apply_event(office.runtime, identifier)


async def cancel(office: Office, callback: Callback) -> None:
    async with office.runtime.work() as work:
        await cancel_callback(work, await get_callback(work, callback.id), "the person")


async def test_canceling_and_hanging_up_at_once_never_lock_each_other_out(office: Office) -> None:
    line = await office.line()
    pairs = []
    for number in range(10):
        agent = await office.agent(line, number, status=AgentStatus.RESERVED)
        callback = await office.owed(line, number, status=CallbackStatus.DIALING, attempt_count=1)
        reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, callback)
        leg = await office.leg(reservation, LegRole.PERSON, callback.phone_number, LegStatus.PLACED)
        pairs.append((callback, leg))
    answers = await at_once(
        attempt
        for callback, leg in pairs
        for attempt in (cancel(office, callback), event_of(office, leg, "no_answer"))
    )
    assert [answer for answer in answers if isinstance(answer, IllegalTransition)] == []
    statuses = Counter(getattr(row, "status", None) for row in await all_of(office, Callback))
    assert statuses == {CallbackStatus.CANCELED: 10}
    agents = Counter(getattr(row, "status", None) for row in await all_of(office, Agent))
    assert agents == {AgentStatus.AVAILABLE: 10}


async def test_a_caller_who_hangs_up_while_an_agent_is_brought_to_her_frees_the_agent(
    office: Office,
) -> None:
    line = await office.line()
    cases = []
    for number in range(10):
        agent = await office.agent(line, number, status=AgentStatus.RESERVED)
        call = await office.caller(line, number, status=CallStatus.RESERVED)
        reservation = await office.reserved(agent, ReservationStatus.ASKING, call)
        leg = await office.leg(reservation, LegRole.AGENT, agent.endpoint, LegStatus.PLACED)
        cases.append((call, leg))

    async def hang_up(call: Call) -> None:
        async with office.runtime.work() as work:
            identifier = await record(
                work, call.call_sid, "call", call.call_sid, call.call_sid, {"state": "completed"}
            )
        assert identifier is not None
        await apply_event(office.runtime, identifier)

    await at_once(
        attempt
        for call, leg in cases
        for attempt in (
            hang_up(call),
            event_of(office, leg, "no_answer"),
            serve_who_waits(office.runtime),
        )
    )
    calls = Counter(getattr(row, "status", None) for row in await all_of(office, Call))
    assert calls == {CallStatus.ENDED: 10}
    agents = Counter(getattr(row, "status", None) for row in await all_of(office, Agent))
    assert agents == {AgentStatus.AVAILABLE: 10}


async def test_sweeps_at_once_do_everything_once(office: Office) -> None:
    line = await office.line(dial_order=DialOrder.CUSTOMER_FIRST)
    for number in range(4):
        await office.agent(line, number)
    for number in range(6):
        await office.owed(
            line, number, status=CallbackStatus.SCHEDULED, kind=CallbackKind.SCHEDULED
        )
    await at_once(sweep(office.runtime) for _ in range(6))
    office.clock.move(timedelta(seconds=2))
    await at_once(sweep(office.runtime) for _ in range(6))
    rung = Counter(order.to for order in office.telephony.orders)
    assert len(rung) == 4
    assert set(rung.values()) == {1}
    async with office.database.reading() as session:
        due = await session.exec(
            select(TimelineEntry).where(col(TimelineEntry.event) == "fall_due")
        )
        assert len(due.all()) == 6
    live = [row for row in await all_of(office, Callback) if getattr(row, "status", "") in OPEN]
    assert len(live) == 6


async def test_a_leg_that_is_no_longer_needed_when_its_turn_comes_is_dropped_unplaced(
    office: Office,
) -> None:
    callback, leg = await placing(office)
    async with office.runtime.work() as work:
        reservation = await work.session.get_one(Reservation, leg.reservation_id)
        reservation.apply(ReservationEvent.END, work.now)
    await at_once(place_leg(office.runtime, leg.id) for _ in range(4))
    assert office.telephony.orders == []
    dropped = await office.again(leg)
    assert isinstance(dropped, Leg)
    assert dropped.status == LegStatus.ENDED
    waits = await office.again(callback)
    assert isinstance(waits, Callback)
    assert (waits.status, waits.attempt_count) == (CallbackStatus.WAITING, 0)


async def test_placing_and_canceling_at_once_never_lock_each_other_out(office: Office) -> None:
    line = await office.line()
    pairs = []
    for number in range(10):
        agent = await office.agent(line, number, status=AgentStatus.RESERVED)
        callback = await office.owed(line, number, status=CallbackStatus.DIALING, attempt_count=1)
        reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, callback)
        leg = await office.leg(
            reservation, LegRole.PERSON, callback.phone_number, LegStatus.PLANNED
        )
        pairs.append((callback, leg))
    await at_once(
        attempt
        for callback, leg in pairs
        for attempt in (cancel(office, callback), place_leg(office.runtime, leg.id))
    )
    for callback, leg in pairs:
        gone = await office.again(callback)
        assert isinstance(gone, Callback)
        assert gone.status == CallbackStatus.CANCELED
        left = await office.again(leg)
        assert isinstance(left, Leg)
        # Either it never rang, or it is known that it is to be hung up.
        assert left.status == LegStatus.ENDED or left.end_wanted_at is not None
