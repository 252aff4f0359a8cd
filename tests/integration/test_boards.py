"""The board of a line: what waiting callers have in common, as fresh as a second, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callback.calls.call import Call, CallStatus
from callback.calls.waiting_calls import WaitingCalls
from callback.clock import ManualClock
from callback.database import Database
from callback.errors import NotFound
from callback.lines.line import Line
from callback.promises.board import Boards
from callback.promises.load import load_of


async def line_with_callers(database: Database, clock: ManualClock, callers: int) -> Line:
    now = clock.now()
    line = Line(id="line", name="Support", time_zone="UTC", country="US", created_at=now)
    async with database.transaction() as session:
        session.add(line)
        await session.flush()
        for number in range(callers):
            session.add(a_caller(clock, number))
    return line


def a_caller(clock: ManualClock, number: int) -> Call:
    return Call(
        id=f"call{number}",
        call_sid=f"CA{number:032d}",
        line_id="line",
        status=CallStatus.WAITING,
        arrived_at=clock.now() - timedelta(minutes=10 - number),
    )


async def test_everybody_finds_the_same_place_as_by_asking_alone(
    database: Database, clock: ManualClock
) -> None:
    line = await line_with_callers(database, clock, 5)
    board = await Boards(database, clock).of(line.id)
    async with database.reading() as session:
        for number in range(5):
            arrived_at = a_caller(clock, number).arrived_at
            assert board.load_before(arrived_at) == await load_of(session, line, arrived_at)


async def test_a_board_is_read_anew_when_it_is_a_second_old(
    database: Database, clock: ManualClock
) -> None:
    line = await line_with_callers(database, clock, 1)
    boards = Boards(database, clock)
    assert len((await boards.of(line.id)).arrivals) == 1
    async with database.transaction() as session:
        session.add(a_caller(clock, 1))
    clock.move(timedelta(milliseconds=500))
    assert len((await boards.of(line.id)).arrivals) == 1
    clock.move(timedelta(milliseconds=500))
    assert len((await boards.of(line.id)).arrivals) == 2


async def test_a_line_that_does_not_exist_has_no_board(
    database: Database, clock: ManualClock
) -> None:
    with pytest.raises(NotFound):
        await Boards(database, clock).of("nowhere")


async def test_contacts_are_found_by_their_name(database: Database, clock: ManualClock) -> None:
    await line_with_callers(database, clock, 2)
    calls = WaitingCalls(database)
    found = await calls.find(f"CA{1:032d}")
    assert (found.line_id, found.status) == ("line", CallStatus.WAITING)
    assert found.arrived_at == a_caller(clock, 1).arrived_at
    with pytest.raises(NotFound):
        await calls.find("CA0")
