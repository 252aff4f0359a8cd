"""What is left when a line closes, and promises whose window is about to be missed."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from callback.dialing.recovery import sweep
from callback.lines.line import Line
from callback.promises.callback import Callback, TimelineEntry
from callback.promises.lifecycle import CallbackStatus
from callback.reporting.live import live_figures
from callback.reporting.punctuality import punctuality_report
from tests.integration.office import Office

NINE_TO_TEN = [{"day": day, "opens": "09:00", "closes": "10:00"} for day in range(5)]
TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


async def row_of(office: Office, callback: Callback) -> Callback:
    row = await office.again(callback)
    assert isinstance(row, Callback)
    return row


async def story_of(office: Office, callback: Callback) -> list[str]:
    async with office.database.reading() as session:
        found = await session.exec(
            select(TimelineEntry.event).where(col(TimelineEntry.callback_id) == callback.id)
        )
        return list(found.all())


async def left_over(office: Office, **line: object) -> tuple[Line, list[Callback]]:
    made = await office.line(
        opening_hours=NINE_TO_TEN, callbacks_per_window=2, time_zone="UTC", **line
    )
    owed = [await office.owed(made, number) for number in range(3)]
    return made, owed


async def test_what_is_left_goes_to_the_next_opening_in_its_order_and_counts_as_not_kept(
    office: Office,
) -> None:
    line, owed = await left_over(office, country="GB")
    for each in owed:
        async with office.database.transaction() as session:
            row = await session.get_one(Callback, each.id)
            row.phone_number = f"+4420794600{owed.index(each):02d}"
    office.clock.move_to(office.clock.now() + timedelta(hours=1, seconds=1))
    await sweep(office.runtime)
    rows = [await row_of(office, each) for each in owed]
    assert [row.status for row in rows] == [CallbackStatus.SCHEDULED] * 3
    assert [row.promised_from for row in rows] == [
        TUESDAY,
        TUESDAY,
        TUESDAY + timedelta(minutes=15),
    ]
    assert [row.promise_kept for row in rows] == [False] * 3
    assert [row.arrived_at for row in rows] == [each.arrived_at for each in owed]
    assert [row.first_promised_from for row in rows] == [each.promised_from for each in owed]
    assert "carry_over" in await story_of(office, owed[0])
    async with office.database.reading() as session:
        monday = await punctuality_report(session, line, None, TUESDAY, office.clock.now())
    assert (monday["promises"], monday["decided"], monday["kept"]) == (3, 3, 0)
    assert monday["in_danger"] == []
    again = await sweep(office.runtime)
    assert again == 0


async def test_a_first_attempt_on_the_next_day_does_not_mend_the_promise(office: Office) -> None:
    _, (owed, *_) = await left_over(office)
    office.clock.move_to(office.clock.now() + timedelta(hours=1, seconds=1))
    await sweep(office.runtime)
    async with office.database.transaction() as session:
        row = await session.get_one(Callback, owed.id)
        row.attempt_placed(row.promised_from + timedelta(seconds=5))
    row = await row_of(office, owed)
    assert row.promise_kept is False
    assert row.first_placed_at is not None


async def test_a_retry_whose_promise_was_kept_is_carried_over_and_stays_kept(
    office: Office,
) -> None:
    line = await office.line(opening_hours=NINE_TO_TEN, callbacks_per_window=2)
    owed = await office.owed(line, promise_kept=True, first_placed_at=office.clock.now())
    office.clock.move_to(office.clock.now() + timedelta(hours=1, seconds=1))
    await sweep(office.runtime)
    row = await row_of(office, owed)
    assert (row.status, row.promise_kept) == (CallbackStatus.SCHEDULED, True)


async def test_nothing_is_carried_over_while_the_line_is_open_or_the_window_lasts(
    office: Office,
) -> None:
    line = await office.line(opening_hours=NINE_TO_TEN)
    late = await office.owed(line)
    lasting = await office.owed(line, 1, promised_until=office.clock.now() + timedelta(hours=3))
    office.clock.move_to(office.clock.now() + timedelta(minutes=45))
    await sweep(office.runtime)
    assert (await row_of(office, late)).status == CallbackStatus.WAITING
    office.clock.move_to(office.clock.now() + timedelta(minutes=30))
    await sweep(office.runtime)
    assert (await row_of(office, lasting)).status == CallbackStatus.WAITING
    assert (await row_of(office, late)).status == CallbackStatus.SCHEDULED


async def test_a_line_that_never_opens_again_keeps_what_it_owes_until_it_expires(
    office: Office,
) -> None:
    line = await office.line()
    mondays = date(2026, 3, 9)
    async with office.database.transaction() as session:
        row = await session.get_one(Line, line.id)
        row.opening_hours = [{"day": 0, "opens": "08:00", "closes": "10:00"}]
        row.special_days = [
            {"date": (mondays + timedelta(weeks=week)).isoformat(), "opens": None, "closes": None}
            for week in range(8)
        ]
    owed = await office.owed(line)
    office.clock.move_to(office.clock.now() + timedelta(hours=2))
    await sweep(office.runtime)
    assert (await row_of(office, owed)).status == CallbackStatus.WAITING
    office.clock.move_to(office.clock.now() + timedelta(hours=24))
    await sweep(office.runtime)
    assert (await row_of(office, owed)).status == CallbackStatus.EXPIRED


async def test_a_promise_in_danger_is_told_of_once_and_again_after_it_was_moved(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    line = await office.line()
    owed = await office.owed(line)
    attempted = await office.owed(line, 1, first_placed_at=office.clock.now(), promise_kept=True)
    with caplog.at_level(logging.WARNING, logger="callback.promises.danger"):
        office.clock.move_to(owed.promised_until - timedelta(minutes=3, seconds=1))
        await sweep(office.runtime)
        assert caplog.messages == []
        office.clock.move_to(owed.promised_until - timedelta(minutes=3))
        await sweep(office.runtime)
        await sweep(office.runtime)
    assert len(caplog.messages) == 1
    assert owed.id in caplog.messages[0]
    assert await story_of(office, owed) == ["danger"]
    assert await story_of(office, attempted) == []
    async with office.database.reading() as session:
        live = await live_figures(session, line, office.clock.now())
    assert live["in_danger"] == 1
    async with office.database.transaction() as session:
        row = await session.get_one(Callback, owed.id)
        row.promise(
            office.clock.now() + timedelta(hours=1), office.clock.now() + timedelta(hours=2)
        )
    assert (await row_of(office, owed)).alerted_at is None
