"""Who calls once more is told apart from who calls, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from callback.calls.bulk_storing import store_calls
from callback.calls.call import Call, CallOutcome, CallStatus, Direction
from callback.calls.redials import mark_redials
from callback.calls.volumes import log_span
from callback.database import Database
from callback.lines.line import Line
from tests.integration.calls.logs import NOW, add_line, import_text

ADA, BEN = "+14155550111", "+14155550112"
EIGHT = NOW - timedelta(hours=1)


def call(sid: str, minute: float, number: str | None = ADA, **more: object) -> Call:
    at = EIGHT + timedelta(minutes=minute)
    given: dict[str, object] = {
        "id": sid,
        "call_sid": sid,
        "line_id": "line",
        "phone_number": number,
        "status": CallStatus.ENDED,
        "outcome": CallOutcome.ABANDONED,
        "arrived_at": at,
        "ended_at": at + timedelta(minutes=1),
    }
    return Call(**given | more)


async def marked(database: Database, line: Line, *calls: Call) -> list[str]:
    async with database.transaction() as session:
        await store_calls(session, [each.model_dump() for each in calls])
    async with database.transaction() as session:
        count = await mark_redials(session, line, EIGHT - timedelta(days=1), NOW)
    async with database.reading() as session:
        found = await session.exec(
            select(Call.id).where(col(Call.redial).is_(True)).order_by(col(Call.id))
        )
        ids = list(found.all())
    assert len(ids) == count
    return ids


async def test_each_call_soon_after_one_that_was_abandoned_is_the_same_demand(
    database: Database,
) -> None:
    line = await add_line(database)
    calls = [
        call("a1", 0),
        call("a2", 10),
        call("a3", 20, outcome=CallOutcome.ANSWERED),
        call("a4", 25),
        call("b1", 5, BEN),
        # Half an hour after the end of the last one, to the second, and a second later.
        call("b2", 36, BEN),
    ]
    assert await marked(database, line, *calls) == ["a2", "a3", "b2"]
    async with database.reading() as session:
        span = await log_span(session, line.id)
    assert span is not None
    assert span.calls == 3


@pytest.mark.parametrize(
    ("second", "redials"),
    [
        (call("2", 31 + 1 / 60), []),
        (call("2", 10, BEN), []),
        (call("2", 10, None), []),
        (call("2", 10, direction=Direction.OUTBOUND), []),
        (call("2", 30.9), ["2"]),
    ],
    ids=["late", "somebody else", "withheld", "outbound", "in time"],
)
async def test_only_the_same_person_soon_after(
    database: Database, second: Call, redials: list[str]
) -> None:
    line = await add_line(database)
    assert await marked(database, line, call("1", 0), second) == redials


async def test_who_was_promised_a_callback_did_not_give_up(database: Database) -> None:
    line = await add_line(database)
    promised = call("1", 0, outcome=CallOutcome.PROMISED)
    assert await marked(database, line, promised, call("2", 5)) == []


async def test_marking_twice_marks_nothing_more_and_a_line_may_count_every_call(
    database: Database,
) -> None:
    line = await add_line(database)
    assert await marked(database, line, call("1", 0), call("2", 5)) == ["2"]
    async with database.transaction() as session:
        assert await mark_redials(session, line, EIGHT - timedelta(days=1), NOW) == 0
        line.redial_minutes = 0
        assert await mark_redials(session, line, datetime.min.replace(tzinfo=NOW.tzinfo), NOW) == 0


async def test_an_imported_log_tells_redials_and_outbound_calls_apart(
    database: Database, tmp_path: Path
) -> None:
    line = await add_line(database)
    text = (
        "start_time,from,outcome,direction\n"
        f"2026-03-01 10:00:00,{ADA},abandoned,inbound\n"
        f"2026-03-01 10:05:00,{ADA},answered,inbound\n"
        f"2026-03-01 11:00:00,{BEN},answered,outbound-api\n"
        f"2026-03-01 11:05:00,{BEN},answered,callback\n"
    )
    result = await import_text(database, line, tmp_path, text)
    assert (result.new, result.redials, result.rejected) == (4, 1, 0)
    async with database.reading() as session:
        span = await log_span(session, line.id)
    assert span is not None
    assert span.calls == 1
