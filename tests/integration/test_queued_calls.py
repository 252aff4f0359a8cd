"""Calls that stay in the telephone company's queue, and events that tell of ringing in any order."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from callback.agents.agent import Agent
from callback.agents.presence import AgentStatus
from callback.clock import ManualClock
from callback.database import Database
from callback.dialing.events import take
from callback.dialing.leg import Leg, LegOutcome, LegRole, LegStatus
from callback.dialing.queued_calls import MOST_TIMES, WHY
from callback.dialing.recovery import sweep
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.dialogue.notices import Purpose
from callback.errors import CallGone
from callback.ids import new_id
from callback.messages.message import Message
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.telephony.port import CallState, KnownCall
from tests.integration.office import Office

SID = "CA" + "7" * 32


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path)


async def dialed(office: Office, *, kept: bool | None = True, **leg: object) -> Leg:
    """A person whose call was taken on this moment."""
    line = await office.line(retry_after_seconds={"no_answer": [600]})
    agent = await office.agent(line, status=AgentStatus.RESERVED)
    now = office.clock.now()
    callback = await office.owed(
        line,
        status=CallbackStatus.DIALING,
        attempt_count=1,
        first_placed_at=now,
        promise_kept=kept,
    )
    reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, callback)
    office.telephony.known[SID] = (
        callback.phone_number,
        KnownCall(SID, CallState.QUEUED, now),
    )
    return await office.leg(
        reservation,
        LegRole.PERSON,
        callback.phone_number,
        LegStatus.PLACED,
        call_sid=SID,
        placed_at=now,
        claimed_until=now + timedelta(seconds=60),
        number=1,
        **leg,
    )


async def state(office: Office, leg: Leg) -> tuple[Leg, Callback, Agent]:
    async with office.database.reading() as session:
        now = await session.get_one(Leg, leg.id)
        callback = await session.get_one(Callback, now.callback_id)
        reservation = await session.get_one(Reservation, now.reservation_id)
        return now, callback, await session.get_one(Agent, reservation.agent_id)


async def swept_after(office: Office, seconds: float) -> None:
    office.clock.move_to(office.clock.now() + timedelta(seconds=seconds))
    await sweep(office.runtime)


@pytest.mark.parametrize(("kept", "then"), [(True, None), (False, False)])
async def test_a_stale_call_is_canceled_and_counts_as_no_attempt(
    office: Office, kept: bool, then: bool | None
) -> None:
    leg = await dialed(office, kept=kept)
    await swept_after(office, 89)
    assert office.telephony.hung_up == []
    await swept_after(office, 1)
    assert office.telephony.hung_up == [SID]
    over, callback, agent = await state(office, leg)
    assert (over.status, over.outcome, over.placed_at) == (
        LegStatus.ENDED,
        LegOutcome.CANCELED,
        None,
    )
    assert (callback.status, callback.attempt_count) == (CallbackStatus.SCHEDULED, 0)
    assert (callback.first_placed_at, callback.promise_kept) == (None, then)
    assert callback.due_at == office.clock.now() + timedelta(minutes=1)
    assert agent.status == AgentStatus.AVAILABLE


async def test_calls_that_never_leave_the_queue_are_not_repeated_for_ever(office: Office) -> None:
    leg = await dialed(office)
    async with office.database.transaction() as session:
        for number in range(MOST_TIMES - 1):
            session.add(
                Leg(
                    id=new_id(office.clock.now()),
                    role=LegRole.PERSON,
                    reservation_id=leg.reservation_id,
                    callback_id=leg.callback_id,
                    line_id=leg.line_id,
                    number=1,
                    to=leg.to,
                    status=LegStatus.ENDED,
                    outcome=LegOutcome.CANCELED,
                    detail=WHY,
                    call_sid=f"CA{number:032d}",
                    created_at=office.clock.now(),
                    not_before=office.clock.now(),
                )
            )
    await swept_after(office, 90)
    _, callback, agent = await state(office, leg)
    assert (callback.status, callback.promise_kept) == (CallbackStatus.FAILED, False)
    assert agent.status == AgentStatus.AVAILABLE
    async with office.database.reading() as session:
        (told,) = (await session.exec(select(Message))).all()
    assert told.purpose == Purpose.MISSED


async def test_a_call_that_rings_by_now_is_left_alone(office: Office) -> None:
    leg = await dialed(office)
    number, known = office.telephony.known[SID]
    office.telephony.known[SID] = (number, KnownCall(SID, CallState.RINGING, known.created_at))
    await swept_after(office, 120)
    assert office.telephony.hung_up == []
    assert (await state(office, leg))[0].status == LegStatus.PLACED


async def test_one_who_picked_up_while_her_call_was_called_off_is_let_talk(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = await dialed(office)

    async def too_late(call_sid: str) -> None:
        number, known = office.telephony.known[call_sid]
        picked_up = KnownCall(call_sid, CallState.IN_PROGRESS, known.created_at)
        office.telephony.known[call_sid] = (number, picked_up)
        raise CallGone("not in progress", 21220)

    monkeypatch.setattr(office.telephony, "call_off", too_late)
    await swept_after(office, 120)
    now, callback, _ = await state(office, leg)
    assert (now.status, callback.status) == (LegStatus.ANSWERED, CallbackStatus.DIALING)
    assert callback.promise_kept is True


async def test_a_canceled_call_that_rang_is_an_attempt(office: Office) -> None:
    leg = await dialed(office, rang_at=office.clock.now())
    number, known = office.telephony.known[SID]
    office.telephony.known[SID] = (number, KnownCall(SID, CallState.CANCELED, known.created_at))
    await swept_after(office, 120)
    _, callback, _ = await state(office, leg)
    assert (callback.status, callback.attempt_count) == (CallbackStatus.SCHEDULED, 1)
    assert callback.due_at == office.clock.now() + timedelta(seconds=600)


@pytest.mark.parametrize("last", ["in_progress", "busy"])
async def test_ringing_that_is_told_late_began_no_later_than_what_followed(
    office: Office, last: str
) -> None:
    leg = await dialed(office)
    told: list[datetime] = []
    for name in (last, "ringing", "ringing"):
        office.clock.move_to(office.clock.now() + timedelta(seconds=3))
        told.append(office.clock.now())
        await take(office.runtime, f"{name}{len(told)}", "leg", leg.id, SID, {"state": name})
    assert (await state(office, leg))[0].rang_at == told[0]
