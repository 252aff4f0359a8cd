"""Calls stored at once are the calls that were meant, and only those that were not there."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from callback.calls.bulk_storing import store_calls
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.database import Database
from tests.integration.calls.logs import add_line
from tests.unit.builders import utc


def _call(sid: str, **changes: object) -> Call:
    call = Call(id=f"id-{sid}", call_sid=sid, line_id="line", arrived_at=utc(2026, 3, 2, 8, 0, 1))
    for name, value in changes.items():
        setattr(call, name, value)
    return call


async def _store(database: Database, *calls: Call) -> int:
    async with database.transaction() as session:
        return await store_calls(session, [call.model_dump() for call in calls])


async def test_only_what_is_new_is_stored_and_counted(database: Database) -> None:
    await add_line(database)
    assert await _store(database, _call("one"), _call("two", phone_number="+14155550100")) == 2
    changed = _call("two", id="other", phone_number="+14155550199")
    assert await _store(database, _call("one"), changed, _call("three")) == 1
    assert await _store(database, _call("one")) == 0
    async with database.reading() as session:
        calls = (await session.exec(select(Call).order_by(col(Call.id)))).all()
    assert [(c.call_sid, c.phone_number) for c in calls] == [
        ("one", None),
        ("three", None),
        ("two", "+14155550100"),
    ]


async def test_every_column_comes_back_as_it_went_in(database: Database) -> None:
    await add_line(database)
    call = _call(
        "one",
        status=CallStatus.ENDED,
        outcome=CallOutcome.ANSWERED,
        menu={"number": ["+1"], "é": None},
        answered_at=utc(2026, 3, 2, 8, 0, 31),
        wait_seconds=30.25,
    )
    await _store(database, call)
    async with database.reading() as session:
        stored = (await session.exec(select(Call))).one()
    assert stored.model_dump() == call.model_dump()
    assert stored.arrived_at.tzinfo is not None


async def test_rows_that_share_some_values_keep_their_own_others(database: Database) -> None:
    await add_line(database)
    shared = {"number": ["+1"]}
    calls = [
        _call("1", menu=shared, redial=True, answered_at=utc(2026, 3, 2, 8, 0, 31)),
        _call("2", menu=shared, redial=False, outcome=CallOutcome.ABANDONED),
        _call("3", menu={}, redial=True, arrived_at=utc(2026, 3, 2).replace(microsecond=1_250)),
    ]
    await _store(database, *calls)
    async with database.reading() as session:
        stored = (await session.exec(select(Call).order_by(col(Call.call_sid)))).all()
    assert [each.model_dump() for each in stored] == [each.model_dump() for each in calls]


async def test_a_batch_that_breaks_leaves_nothing_behind(database: Database) -> None:
    await add_line(database)
    with pytest.raises(IntegrityError):
        await _store(database, _call("one"), _call("two", line_id="no such line"))
    async with database.reading() as session:
        assert (await session.exec(select(Call))).all() == []
