"""Many at the same instant: places given, agents reserved and legs placed together, with nobody left out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlmodel import SQLModel, select

from callback.agents.agent import Agent
from callback.agents.presence import AgentStatus
from callback.dialing import dispatching
from callback.dialing.dispatching import NEXT_ROUND, Decision, serve_who_waits
from callback.dialing.leg import LEASE, Leg, LegOutcome, LegRole, LegStatus
from callback.dialing.placing import HELD_UP_FOR, Placer, place_legs
from callback.dialing.reservation import Reservation, ReservationEvent, ReservationStatus
from callback.errors import TelephonyRefused, TelephonyUncertain
from callback.jobs import JobName, Wake
from callback.lines.line import DialOrder, Line, LineNumber
from callback.promises.callback import Callback, TimelineEntry
from callback.promises.falling_due import give_places, give_places_to
from callback.promises.lifecycle import CallbackEvent, CallbackStatus
from callback.runtime import Runtime, Work
from tests.integration.office import Office
from workers.at_hand import AtHand


async def all_of(office: Office, kind: type[SQLModel]) -> list[SQLModel]:
    async with office.database.reading() as session:
        return list((await session.exec(select(kind))).all())


async def statuses(office: Office, kind: type[SQLModel]) -> Counter[object]:
    return Counter(row.status for row in await all_of(office, kind))  # type: ignore[attr-defined]


def wishes(office: Office) -> list[JobName]:
    return [wake.job for wake, _ in office.jobs.wishes]


# Falling due


async def test_the_first_wake_up_gives_all_who_are_due_their_places(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await office.line()
    due = [await office.owed(line, n, status=CallbackStatus.SCHEDULED) for n in range(4)]
    later = office.clock.now() + timedelta(minutes=1)
    await office.owed(line, 9, status=CallbackStatus.SCHEDULED, due_at=later)
    taken_back: list[Wake] = []

    async def take_back(wakes: Iterable[Wake]) -> None:
        taken_back.extend(wakes)

    monkeypatch.setattr(office.jobs, "take_back", take_back)
    first = Wake(JobName.FALL_DUE, due[0].id, 1)
    assert await give_places_to(office.runtime, [first]) == 4
    assert await statuses(office, Callback) == {
        CallbackStatus.WAITING: 4,
        CallbackStatus.SCHEDULED: 1,
    }
    # The first one's ends by itself; those of the others would find nothing to do.
    assert {wake.subject_id for wake in taken_back} == {callback.id for callback in due[1:]}
    assert wishes(office) == [JobName.DISPATCH]
    entries = await all_of(office, TimelineEntry)
    assert Counter(getattr(entry, "event", "") for entry in entries) == {"fall_due": 4}
    assert await give_places_to(office.runtime, [first]) == 0
    assert await give_places(office.runtime) == 0


async def test_more_than_fit_into_one_transaction_all_get_their_places(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callback.promises.falling_due.TOGETHER", 2)
    line = await office.line()
    for number in range(5):
        await office.owed(line, number, status=CallbackStatus.SCHEDULED)
    assert await give_places(office.runtime) == 5
    assert await statuses(office, Callback) == {CallbackStatus.WAITING: 5}


# Dispatching


async def test_rounds_keep_the_order_and_ask_for_the_next_while_there_may_be_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "ROUND", 2)
    line = await office.line()
    for number in range(5):
        await office.agent(line, number)
    owed = [await office.owed(line, number) for number in range(5)]
    served: list[set[object]] = []
    for matched in (2, 2, 1, 0):
        office.jobs.wishes.clear()
        assert await serve_who_waits(office.runtime) == matched
        assert (JobName.DISPATCH in wishes(office)) == (matched == 2)
        served.append(
            {getattr(row, "callback_id", "") for row in await all_of(office, Reservation)}
        )
    assert served == [{callback.id for callback in owed[:count]} for count in (2, 4, 5, 5)]


async def test_a_quarter_of_a_long_line_is_decided_at_once_and_carried_out_in_rounds(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "ROUND", 2)
    line = await office.line()
    agents = [await office.agent(line, number) for number in range(16)]
    owed = [await office.owed(line, number) for number in range(16)]
    decide, decided = dispatching.decide, []

    async def one_leaves_meanwhile(work: Work) -> Decision:
        decision = await decide(work)
        decided.append([found.contact.id for found in decision.matches])
        gone = await work.session.get_one(Callback, owed[3].id)
        gone.apply(CallbackEvent.CANCEL, work.now)
        return decision

    monkeypatch.setattr(dispatching, "decide", one_leaves_meanwhile)
    office.jobs.wishes.clear()
    assert await serve_who_waits(office.runtime) == 3
    assert decided == [[callback.id for callback in owed[:4]]]
    offered = {getattr(row, "callback_id", "") for row in await all_of(office, Reservation)}
    assert offered == {callback.id for callback in owed[:3]}
    assert [wake for wake, _ in office.jobs.wishes if wake.job == JobName.DISPATCH] == [
        Wake(JobName.DISPATCH, NEXT_ROUND)
    ]
    assert (await statuses(office, Agent))[AgentStatus.AVAILABLE] == len(agents) - 3


async def test_who_finds_that_another_carries_out_the_same_leaves_it_to_her(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "ROUND", 2)
    line = await office.line()
    for number in range(16):
        await office.agent(line, number)
        await office.owed(line, number)
    async with office.runtime.work() as work:
        stale = await dispatching.decide(work)
    assert len(stale.matches) == 4
    assert await serve_who_waits(office.runtime) == 4
    office.jobs.wishes.clear()
    async with office.runtime.work() as work:
        await dispatching.carry_out(work, stale)
    assert (stale.served, stale.matches) == (0, [])
    later = office.clock.now() + dispatching.LOOK_AGAIN_AFTER
    assert office.jobs.wishes == [(Wake(JobName.DISPATCH, NEXT_ROUND), later)]
    assert len(await all_of(office, Reservation)) == 4


@pytest.mark.parametrize("order", list(DialOrder))
async def test_nobody_is_dialed_without_an_agent_of_her_own(
    office: Office, order: DialOrder
) -> None:
    """Agent first, her phone rings alone; customer first, no more are rung than agents are held for."""
    line = await office.line(dial_order=order)
    for number in range(3):
        await office.agent(line, number)
    for number in range(8):
        await office.owed(line, number)
    assert await serve_who_waits(office.runtime) == 3
    assert await serve_who_waits(office.runtime) == 0
    assert await statuses(office, Agent) == {AgentStatus.RESERVED: 3}
    reservations = [
        row for row in await all_of(office, Reservation) if isinstance(row, Reservation)
    ]
    assert len({row.agent_id for row in reservations}) == 3
    legs = [row for row in await all_of(office, Leg) if isinstance(row, Leg)]
    assert {leg.reservation_id for leg in legs} == {row.id for row in reservations}
    rung = LegRole.PERSON if order == DialOrder.CUSTOMER_FIRST else LegRole.AGENT
    assert [leg.role for leg in legs] == [rung] * 3


async def test_what_a_round_permits_counts_for_the_limits_of_the_same_round(
    office: Office,
) -> None:
    line = await office.line(dials_per_day=2)
    for number in range(4):
        await office.agent(line, number)
    owed = [await office.owed(line, number) for number in range(4)]
    assert await serve_who_waits(office.runtime) == 2
    after = [await office.again(callback) for callback in owed]
    assert [row.status for row in after] == [  # type: ignore[attr-defined]
        CallbackStatus.RESERVED,
        CallbackStatus.RESERVED,
        CallbackStatus.SCHEDULED,
        CallbackStatus.SCHEDULED,
    ]
    # Two agents are free for somebody else.
    assert JobName.DISPATCH in wishes(office)


# Placing


async def planned(office: Office, count: int) -> list[Leg]:
    line = await office.line()
    legs = []
    for number in range(count):
        agent = await office.agent(line, number, status=AgentStatus.RESERVED)
        callback = await office.owed(
            line, number, status=CallbackStatus.DIALING, attempt_count=1, extension=f"{number}"
        )
        reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, callback)
        legs.append(
            await office.leg(reservation, LegRole.PERSON, callback.phone_number, LegStatus.PLANNED)
        )
    return legs


async def now_of(office: Office, leg: Leg) -> Leg:
    found = await office.again(leg)
    assert isinstance(found, Leg)
    return found


async def test_many_legs_are_claimed_together_and_each_is_placed_once(office: Office) -> None:
    legs = await planned(office, 6)
    claims: list[int] = []
    work = type(office.runtime).work

    def counted(runtime: Runtime) -> object:
        claims.append(1)
        return work(runtime)

    placer = Placer(office.runtime)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runtime, "work", counted)
        assert await place_legs(office.runtime, [leg.id for leg in legs]) == 6
    assert len(claims) <= 4
    assert not await placer.place(legs[0].id)
    assert sorted((order.to, order.extension) for order in office.telephony.orders) == sorted(
        (leg.to, f"{number}") for number, leg in enumerate(legs)
    )
    rows = [await now_of(office, leg) for leg in legs]
    assert {row.status for row in rows} == {LegStatus.PLACED}
    assert len({row.call_sid for row in rows}) == 6
    callbacks = [row for row in await all_of(office, Callback) if isinstance(row, Callback)]
    assert all(callback.promise_kept for callback in callbacks)
    notes = [getattr(row, "event", "") for row in await all_of(office, TimelineEntry)]
    assert notes == ["attempt_placed"] * 6


async def test_a_leg_for_which_one_worker_is_woken_often_is_placed_once(office: Office) -> None:
    (leg,) = await planned(office, 1)
    placer = Placer(office.runtime)
    answers = await asyncio.gather(*(placer.place(leg.id) for _ in range(5)))
    assert sorted(answers) == [False] * 4 + [True]
    assert len(office.telephony.orders) == 1


async def test_a_call_is_placed_although_nobody_waits_for_it_any_more(office: Office) -> None:
    (leg,) = await planned(office, 1)
    placer = Placer(office.runtime)
    waiting = asyncio.create_task(placer.place(leg.id))
    await asyncio.sleep(0)
    waiting.cancel()
    assert not await placer.place(leg.id)
    assert (await now_of(office, leg)).status == LegStatus.PLACED


async def test_what_befalls_one_call_befalls_no_other(office: Office) -> None:
    legs = await planned(office, 5)
    office.telephony.trouble = [TelephonyRefused("no such number"), TelephonyUncertain("lost")]
    assert await place_legs(office.runtime, [leg.id for leg in legs]) == 3
    rows = [await now_of(office, leg) for leg in legs]
    assert Counter(row.status for row in rows) == {
        LegStatus.PLACED: 3,
        LegStatus.PLACING: 1,
        LegStatus.ENDED: 1,
    }
    assert [row.outcome for row in rows if row.status == LegStatus.ENDED] == [LegOutcome.FAILED]


async def test_legs_that_nobody_needs_are_dropped_from_among_the_others(office: Office) -> None:
    legs = await planned(office, 3)
    async with office.database.transaction() as session:
        over = await session.get_one(Reservation, legs[1].reservation_id)
        over.apply(ReservationEvent.END, office.clock.now())
    assert await place_legs(office.runtime, [leg.id for leg in legs]) == 2
    assert (await now_of(office, legs[1])).outcome == LegOutcome.CANCELED


async def test_a_line_without_a_number_keeps_no_other_line_from_calling(office: Office) -> None:
    (silent,) = await planned(office, 1)
    async with office.database.transaction() as session:
        for number in (await session.exec(select(LineNumber))).all():
            await session.delete(number)
    other = await office.line(number="+14155550101")
    agent = await office.agent(other, 7, status=AgentStatus.RESERVED)
    reservation = await office.reserved(
        agent, ReservationStatus.ASKING, await office.owed(other, 7)
    )
    leg = await office.leg(reservation, LegRole.AGENT, agent.endpoint, LegStatus.PLANNED)
    assert await place_legs(office.runtime, [silent.id, leg.id]) == 1
    assert [order.caller_id for order in office.telephony.orders] == ["+14155550101"]


async def test_claiming_waits_for_nobody_and_asks_to_look_again(office: Office) -> None:
    if office.database.is_sqlite:
        pytest.skip("a writer on SQLite is alone")
    legs = await planned(office, 3)
    async with office.runtime.work() as other:
        await other.session.get_one(Leg, legs[0].id, with_for_update=True)
        assert await place_legs(office.runtime, [leg.id for leg in legs]) == 2
        again = [(wake.subject_id, at) for wake, at in office.jobs.wishes]
        assert again == [(legs[0].id, office.clock.now() + HELD_UP_FOR)]
    assert await place_legs(office.runtime, [leg.id for leg in legs]) == 1


async def test_a_placer_that_was_stopped_claims_nothing_more(office: Office) -> None:
    (leg,) = await planned(office, 1)
    placer = Placer(office.runtime)
    placer.stop()
    assert not await placer.place(leg.id)
    assert (await now_of(office, leg)).status == LegStatus.PLANNED


async def test_replies_that_cannot_be_written_down_together_are_written_down_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    legs = await planned(office, 3)
    names = iter(["CA" + "1" * 32, "CA" + "1" * 32, "CA" + "2" * 32])

    async def same_name(_order: object) -> str:
        return next(names)

    monkeypatch.setattr(office.telephony, "place_call", same_name)
    await place_legs(office.runtime, [leg.id for leg in legs])
    rows = [await now_of(office, leg) for leg in legs]
    assert Counter(row.status for row in rows) == {LegStatus.PLACED: 2, LegStatus.PLACING: 1}
    (lost,) = [row for row in rows if row.status == LegStatus.PLACING]
    assert lost.claimed_until == office.clock.now() + LEASE


# What is at hand


async def test_a_worker_goes_on_by_itself_from_due_to_dialed(office: Office) -> None:
    line = await office.line()
    for number in range(3):
        await office.agent(line, number)
        await office.owed(line, number, status=CallbackStatus.SCHEDULED)
    at_hand = AtHand(office.runtime)
    assert await give_places(at_hand.runtime) == 3
    await at_hand.rest()
    assert len(office.telephony.orders) == 3
    assert office.jobs.wishes == []


async def test_the_round_after_a_full_one_is_anybodys(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that played the first has legs to place; whoever is idle plays the next."""
    monkeypatch.setattr(dispatching, "ROUND", 2)
    line = await office.line()
    for number in range(3):
        await office.agent(line, number)
        await office.owed(line, number)
    at_hand = AtHand(office.runtime)
    await at_hand.wake_all([(Wake(JobName.DISPATCH), None)])
    await at_hand.rest()
    assert len(office.telephony.orders) == 2
    assert office.jobs.wishes == [(Wake(JobName.DISPATCH, NEXT_ROUND), None)]


async def test_a_worker_that_ends_leaves_the_rest_to_others(office: Office) -> None:
    at_hand = AtHand(office.runtime)
    await at_hand.finish(1)
    wakes = [Wake(JobName.DISPATCH), Wake(JobName.PLACE_LEG, "leg"), Wake(JobName.END_LEG, "leg")]
    for wake in wakes:
        await at_hand.wake_all([(wake, None)])
    later = office.clock.now() + timedelta(minutes=1)
    await at_hand.wake_all([(wakes[0], later)])
    expected: list[tuple[Wake, datetime | None]] = [*((wake, None) for wake in wakes)]
    assert office.jobs.wishes == [*expected, (wakes[0], later)]


async def test_what_fails_at_hand_is_logged_and_left_to_the_sweep(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_work: Work) -> Decision:
        raise RuntimeError("nobody thought of it")

    line: Line = await office.line()
    await office.agent(line)
    await office.owed(line)
    monkeypatch.setattr(dispatching, "decide", fail)
    at_hand = AtHand(office.runtime)
    await at_hand.wake_all([(Wake(JobName.DISPATCH), None)])
    await at_hand.rest()
    assert "the sweep will find it" in caplog.text
    assert await all_of(office, Leg) == []
