"""Many promises of one line, given together: each is written down whole, told of, and woken for."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import event
from sqlmodel import SQLModel, col, select

from callback.dialogue.notices import Purpose
from callback.errors import PromiseRefused
from callback.jobs import JobName
from callback.lines.offer import Window
from callback.messages.message import Message, MessageStatus
from callback.promises.callback import Callback, CallbackKind, TimelineEntry
from callback.promises.lifecycle import CallbackStatus
from callback.promises.requesting import Request, request_callbacks
from tests.integration.office import Office

CROWD = 12


def number(place: int) -> str:
    return f"+1415555{3000 + place}"


async def all_of(office: Office, kind: type[SQLModel]) -> list[SQLModel]:
    async with office.database.reading() as session:
        return list(await session.exec(select(kind)))


async def test_each_is_written_down_with_its_story_and_its_texts(office: Office) -> None:
    line = await office.line(callbacks_per_window=100)
    await office.agent(line)
    start = office.clock.now() + timedelta(hours=6)
    window = Window(start, start + timedelta(minutes=15))
    wanted = [Request(number(place), "es", window) for place in range(CROWD - 1)]
    wanted.append(Request(number(CROWD), "en"))
    async with office.runtime.work() as work:
        outcomes = await request_callbacks(work, line, [*wanted, wanted[0]])
        given = [each for each in outcomes if isinstance(each, Callback)]
        # They are the session's own: what happens to one in the same work is written with it.
        given[-1].note("later", work.now)
        given[-1].reason = "billing"
        news = set(work.changed)
    assert [getattr(each, "rule", None) for each in outcomes if each not in given] == [
        "one_callback_per_person"
    ]
    assert isinstance(outcomes[-1], PromiseRefused)
    assert len(given) == CROWD
    kept = {row.id: row for row in await all_of(office, Callback) if isinstance(row, Callback)}
    assert {each.id: each.model_dump() for each in given} == {
        key: row.model_dump() for key, row in kept.items()
    }
    soonest = kept[given[-1].id]
    assert (soonest.kind, soonest.status) == (CallbackKind.ASAP, CallbackStatus.WAITING)
    assert (soonest.reason, soonest.version, soonest.times_written) == ("billing", 1, [])
    entries = [row for row in await all_of(office, TimelineEntry) if isinstance(row, TimelineEntry)]
    assert Counter(entry.event for entry in entries) == {"request": CROWD, "later": 1}
    texts = [row for row in await all_of(office, Message) if isinstance(row, Message)]
    told = Counter((text.callback_id, text.purpose) for text in texts)
    assert set(told.values()) == {1}
    assert sum(text.purpose == Purpose.REMINDER for text in texts) == CROWD - 1
    assert {text.status for text in texts} == {MessageStatus.WRITTEN}
    woken = Counter(wake.job for wake, _ in office.jobs.wishes)
    assert woken == {
        JobName.FALL_DUE: CROWD - 1,
        JobName.DISPATCH: 1,
        JobName.SEND_TEXT: len(texts),
    }
    assert {f"callback:{each.id}" for each in given} | {f"line:{line.id}", "message"} <= news


async def test_many_cost_as_many_statements_as_one(office: Office) -> None:
    line = await office.line(callbacks_per_window=100)
    await office.agent(line)
    statements: list[str] = []
    event.listen(
        office.database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: statements.append(statement),
    )

    async def counted(wanted: list[Request]) -> int:
        statements.clear()
        async with office.runtime.work() as work:
            await request_callbacks(work, line, wanted)
        return len(statements)

    one = await counted([Request(number(0), "en")])
    many = await counted([Request(number(place), "en") for place in range(1, 1 + CROWD)])
    assert many == one
    async with office.database.reading() as session:
        found = await session.exec(select(Callback.id).where(col(Callback.line_id) == line.id))
        assert len(found.all()) == 1 + CROWD
