"""The inbox of status events: whatever order, however often, with gaps, and before we know the call."""

from __future__ import annotations

import asyncio
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from callback.agents.agent import Agent
from callback.agents.presence import AgentStatus
from callback.clock import ManualClock
from callback.database import Database
from callback.dialing.events import take
from callback.dialing.leg import Leg, LegOutcome, LegRole, LegStatus
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.dialing.status_event import StatusEvent
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.tables import METADATA
from callback.telephony.port import CallState
from tests.conftest import MONDAY_NINE
from tests.integration.office import Office

STORY = ["initiated", "ringing", "in_progress", "completed"]
ENDS = {"completed", "busy", "no_answer", "failed", "canceled"}
SID = "CA" + "7" * 32


async def dialing(office: Office, place: int = 0) -> Leg:
    """A person who is being dialled for an agent who has accepted."""
    line = await office.line(
        number=f"+1415555{100 + place:04d}",
        retry_after_seconds={"busy": [60], "no_answer": [60], "failed": [60]},
    )
    agent = await office.agent(line, place, status=AgentStatus.RESERVED)
    callback = await office.owed(line, place, status=CallbackStatus.DIALING, attempt_count=1)
    reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, callback)
    return await office.leg(reservation, LegRole.PERSON, callback.phone_number, LegStatus.PLACING)


async def tell(office: Office, leg: Leg, state: str, sid: str = SID) -> None:
    key = f"leg:{leg.id}:{sid}:{state}"
    await take(office.runtime, key, "leg", leg.id, sid, {"state": state})


async def whole_state(office: Office, leg: Leg) -> tuple[object, ...]:
    async with office.database.reading() as session:
        now = await session.get_one(Leg, leg.id)
        callback = await session.get_one(Callback, leg.callback_id)
        reservation = await session.get_one(Reservation, now.reservation_id)
        agent = await session.get_one(Agent, reservation.agent_id)
        counted = select(func.count()).where(col(StatusEvent.subject_id) == leg.id)
        events = (await session.exec(counted)).one()
    return (
        now.status,
        now.outcome,
        now.call_sid,
        callback.status,
        callback.attempt_count,
        agent.status,
        events,
    )


async def test_any_order_of_a_calls_events_leads_to_the_same_end(office: Office) -> None:
    for place, order in enumerate(permutations(STORY)):
        leg = await dialing(office, place)
        sid = f"CA{place:032x}"
        for state in order:
            await tell(office, leg, state, sid)
        assert await whole_state(office, leg) == (
            LegStatus.ENDED,
            LegOutcome.COMPLETED,
            sid,
            CallbackStatus.SCHEDULED,
            1,
            AgentStatus.AVAILABLE,
            len(STORY),
        ), order


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=st.lists(st.sampled_from(["initiated", "ringing", "in_progress"]), max_size=6),
    end=st.sampled_from(sorted(ENDS)),
    place=st.integers(0, 6),
    doubled=st.booleans(),
)
def test_gaps_and_repetitions_change_nothing_about_the_end(
    tmp_path_factory: pytest.TempPathFactory,
    told: list[str],
    end: str,
    place: int,
    doubled: bool,
) -> None:
    folder = tmp_path_factory.mktemp("inbox")
    asyncio.run(_play(folder, [*told[:place], end, *([end] * doubled), *told[place:]], end))


async def _play(folder: Path, events: list[str], end: str) -> None:
    database = Database(f"sqlite:///{folder / 'callback.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    office = Office(database, ManualClock(MONDAY_NINE), folder)
    try:
        leg = await dialing(office)
        for state in events:
            await tell(office, leg, state)
        assert await whole_state(office, leg) == (
            LegStatus.ENDED,
            LegOutcome(end),
            SID,
            CallbackStatus.SCHEDULED,
            1,
            AgentStatus.AVAILABLE,
            len(set(events)),
        )
    finally:
        await database.close()


async def test_an_event_before_the_reply_binds_the_call_and_the_reply_changes_nothing(
    office: Office,
) -> None:
    leg = await dialing(office)
    await tell(office, leg, "ringing")
    found = await office.again(leg)
    assert isinstance(found, Leg)
    assert (found.status, found.call_sid) == (LegStatus.PLACED, SID)
    assert not found.bind("CA" + "8" * 32, office.clock.now())
    assert found.call_sid == SID


async def test_events_of_another_call_of_the_same_leg_are_kept_and_move_nothing(
    office: Office,
) -> None:
    leg = await dialing(office)
    await tell(office, leg, "ringing")
    for state in STORY:
        await tell(office, leg, state, sid="CA" + "8" * 32)
    found = await office.again(leg)
    assert isinstance(found, Leg)
    assert (found.status, found.call_sid) == (LegStatus.PLACED, SID)
    assert await results(office) == {"applied": 1, "of another call": len(STORY)}


async def test_events_of_calls_that_we_do_not_know_are_kept_with_the_reason(office: Office) -> None:
    await dialing(office)
    for subject, subject_id in (("leg", "nobody"), ("call", SID), ("conference", "nowhere")):
        payload = {"state": CallState.COMPLETED.value, "StatusCallbackEvent": "conference-start"}
        await take(office.runtime, f"{subject}:{subject_id}", subject, subject_id, SID, payload)
    found = await results(office)
    assert sum(found.values()) == 3
    assert all(result.startswith("not applied: ") for result in found), found


async def test_the_same_event_many_times_at_once_is_interpreted_once(office: Office) -> None:
    leg = await dialing(office)
    await asyncio.gather(*(tell(office, leg, "busy") for _ in range(8)))
    assert await results(office) == {"applied": 1}
    async with office.database.reading() as session:
        callback = (await session.exec(select(Callback))).one()
    assert callback.version == 2


async def results(office: Office) -> dict[str, int]:
    async with office.database.reading() as session:
        rows = await session.exec(
            select(StatusEvent.result, func.count()).group_by(col(StatusEvent.result))
        )
        return {str(result): int(count) for result, count in rows.all()}
