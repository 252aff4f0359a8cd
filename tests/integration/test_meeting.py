"""Whether a person and an agent have met, where what the telephone company tells has gaps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from callback.dialing.case import case_of_leg
from callback.dialing.dispatching import serve_who_waits
from callback.dialing.events import take
from callback.dialing.leg import Leg, LegRole
from callback.dialing.outcomes import agent_accepts, answered, person_accepts, person_enters
from callback.lines.line import DialOrder
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from tests.integration.office import Office, place_leg

LONG_AFTER = timedelta(minutes=10)


async def placed_leg(office: Office, role: LegRole) -> Leg:
    async with office.database.reading() as session:
        found = (await session.exec(select(Leg).where(Leg.role == role))).one()
    assert await place_leg(office.runtime, found.id)
    async with office.database.reading() as session:
        return await session.get_one(Leg, found.id)


async def conversation(
    office: Office, *, enters: bool = True, meets: bool = False, ends: str = "completed"
) -> Callback:
    """Let a person accept, and then the agent; nothing is heard of the person until she has hung up."""
    line = await office.line(
        dial_order=DialOrder.CUSTOMER_FIRST, retry_after_seconds={"no_answer": [60]}
    )
    await office.agent(line)
    callback = await office.owed(line)
    assert await serve_who_waits(office.runtime) == 1
    person = await placed_leg(office, LegRole.PERSON)
    async with office.runtime.work() as work:
        case, leg = await case_of_leg(work, person.id)
        answered(case, leg)
        assert person_accepts(case, leg)
        if enters:
            assert person_enters(case, leg)
    agent = await placed_leg(office, LegRole.AGENT)
    async with office.runtime.work() as work:
        case, leg = await case_of_leg(work, agent.id)
        answered(case, leg)
        assert agent_accepts(case, leg)
        room = case.reservation.id
    if meets:
        begins = {"StatusCallbackEvent": "conference-start"}
        await take(office.runtime, "the room", "conference", room, "", begins)
    office.clock.move(LONG_AFTER)
    state = {"state": ends}
    await take(office.runtime, "the end", "leg", person.id, str(person.call_sid), state)
    async with office.database.reading() as session:
        return await session.get_one(Callback, callback.id)


async def test_who_stayed_in_the_room_has_talked(office: Office) -> None:
    assert (await conversation(office)).status == CallbackStatus.COMPLETED


async def test_who_was_never_told_the_way_into_the_room_is_called_again(office: Office) -> None:
    assert (await conversation(office, enters=False)).status == CallbackStatus.SCHEDULED


@pytest.mark.parametrize(
    ("meets", "becomes"), [(True, CallbackStatus.COMPLETED), (False, CallbackStatus.SCHEDULED)]
)
async def test_of_whose_call_nobody_knows_any_more_the_room_must_have_told(
    office: Office, meets: bool, becomes: CallbackStatus
) -> None:
    assert (await conversation(office, meets=meets, ends="failed")).status == becomes
