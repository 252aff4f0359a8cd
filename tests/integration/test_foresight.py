"""Forecasts kept in the night, the outlook renewed during the day, and what may be promised by it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from callback.agents.agent import Agent
from callback.agents.presence import AgentEvent
from callback.agents.shift import PlannedShift, replace_plan, shifts_between
from callback.calls.nightly_forecast import forecast_is_due, keep_forecast
from callback.clock import ManualClock
from callback.database import Database
from callback.errors import InvalidInput
from callback.forecasting.snapshot import ForecastSnapshot, SnapshotKind, latest_snapshot
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.evidence import judged_windows
from callback.promises.foresight import keep_outlook
from callback.promises.load import load_of
from callback.promises.offering import room_in, score_of
from callback.promises.outlook import STALE_AFTER, OutlookRow
from tests.integration.office import Office
from tests.integration.past import answered, remember
from workers.schedule import look_ahead

HOURS = [{"day": day, "opens": "08:00", "closes": "18:00"} for day in range(5)]


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    """An office on a Monday at nine."""
    return Office(database, clock, tmp_path)


async def planned(
    office: Office, line: Line, agents: float, *, days: int = 1, since: int = 10
) -> None:
    """Plan so many agents until 18 on this day and the next ones; at 9, nobody has failed to come yet."""
    begin = office.clock.now().replace(hour=since, minute=0)
    length = timedelta(hours=18 - since)
    shifts = [
        PlannedShift(begin + timedelta(days=day), begin + timedelta(days=day) + length, agents)
        for day in range(days)
    ]
    async with office.runtime.work() as work:
        await replace_plan(work, line, shifts)


async def room_at(office: Office, line: Line, hours: float) -> int:
    """The room of the window that begins so many hours after nine."""
    now = office.clock.now()
    start = now.replace(hour=9, minute=0) + timedelta(hours=hours)
    async with office.database.reading() as session:
        load = await load_of(session, line, now)
        return await room_in(session, line, Window(start, start + line.window), load, now)


async def outlook(office: Office, line: Line) -> OutlookRow:
    row = await keep_outlook(office.database, line, office.clock.now())
    assert row is not None
    return row


async def test_a_forecast_is_kept_once_a_day_and_says_what_agents_are_needed(
    office: Office,
) -> None:
    line = await office.line(opening_hours=HOURS)
    now = office.clock.now()
    await remember(office.database, line, now)
    async with office.database.reading() as session:
        assert await forecast_is_due(session, line, now)
    kept = await keep_forecast(office.database, line, now)
    async with office.database.reading() as session:
        assert not await forecast_is_due(session, line, now)
        assert await forecast_is_due(session, line, now + timedelta(days=1))
        found = await latest_snapshot(session, line.id)
    assert found is not None
    assert found.id == kept.id
    rows = found.intervals()
    assert len(rows) == 28 * 48
    morning = next(row for row in rows if row.start == now)
    assert morning.mean == pytest.approx(10, abs=1)
    assert morning.q10 <= morning.q50 <= morning.q90
    # Ten calls of five minutes in half an hour are 1.67 erlangs: four agents answer 80 % in 20 s.
    assert morning.agents == 4
    night = next(row for row in rows if row.start == now - timedelta(hours=8))
    assert (night.mean, night.q90, night.agents) == (0.0, 0.0, 0)


async def test_the_effect_of_an_event_is_learnt_from_earlier_ones(office: Office) -> None:
    now = office.clock.now()
    today = now.date()
    back = (33, 19, 5)  # Wednesdays
    named = [today - timedelta(days=each) for each in back] + [today + timedelta(days=9)]
    line = await office.line(
        opening_hours=HOURS,
        events=[{"date": day.isoformat(), "name": "bills sent"} for day in named],
    )
    await remember(office.database, line, now, days=56, times=dict.fromkeys(back, 2.0))
    kept = await keep_forecast(office.database, line, now)
    calls = {day: 0.0 for day in range(28)}
    for row in kept.intervals():
        calls[(row.start.astimezone(line.zone).date() - today).days] += row.mean
    assert calls[2] == pytest.approx(200, rel=0.1)  # the Wednesday before
    assert calls[9] > 1.6 * calls[2]
    assert calls[16] == pytest.approx(calls[2], rel=0.05)


async def test_agents_are_reckoned_with_the_handle_time_of_the_hour(office: Office) -> None:
    line = await office.line(opening_hours=HOURS)
    now = office.clock.now()
    await remember(
        office.database,
        line,
        now,
        every_minutes=1.5,
        handle_seconds=lambda at: 600.0 if at.hour >= 14 else 200.0,
    )
    kept = await keep_forecast(office.database, line, now)
    rows = {row.start: row for row in kept.intervals()}
    morning, late = rows[now], rows[now + timedelta(hours=6)]
    assert morning.mean == pytest.approx(late.mean, rel=0.05)
    assert morning.handle_seconds == pytest.approx(200, rel=0.25)
    assert late.handle_seconds == pytest.approx(600, rel=0.25)
    assert kept.handle_seconds == pytest.approx(360, rel=0.05)
    assert (morning.agents, late.agents) == (5, 9)
    # What live callers need of the agents planned follows from it too.
    await planned(office, line, 10, since=9)
    found = await outlook(office, line)
    nine, fifteen = 18, 30
    assert found.needed[fifteen] > 2 * found.needed[nine] > 0


async def test_without_a_past_there_is_no_forecast_and_no_outlook(office: Office) -> None:
    line = await office.line()
    with pytest.raises(InvalidInput, match="no calls yet"):
        await keep_forecast(office.database, line, office.clock.now())
    assert await keep_outlook(office.database, line, office.clock.now()) is None


async def test_plan_and_forecast_decide_how_much_room_a_window_has(office: Office) -> None:
    line = await office.line(opening_hours=HOURS, callbacks_per_window=1)
    await remember(office.database, line, office.clock.now())
    await keep_forecast(office.database, line, office.clock.now())
    assert await room_at(office, line, 4) == 1
    await planned(office, line, 12)
    await outlook(office, line)
    generous = await room_at(office, line, 4)
    await planned(office, line, 6)
    await outlook(office, line)
    tight = await room_at(office, line, 4)
    await planned(office, line, 2)
    await outlook(office, line)
    assert generous > tight > 1
    assert await room_at(office, line, 4) == 0
    # Nothing is planned for tomorrow: there the fixed limit stands.
    assert await room_at(office, line, 24) == 1


async def test_a_limit_of_zero_means_never(office: Office) -> None:
    line = await office.line(opening_hours=HOURS, callbacks_per_window=0)
    await remember(office.database, line, office.clock.now())
    await keep_forecast(office.database, line, office.clock.now())
    await planned(office, line, 20)
    await outlook(office, line)
    assert await room_at(office, line, 4) == 0


async def test_what_is_promised_takes_room_and_each_promise_is_less_sure(office: Office) -> None:
    line = await office.line(opening_hours=HOURS)
    await remember(office.database, line, office.clock.now())
    await keep_forecast(office.database, line, office.clock.now())
    await planned(office, line, 8)
    await outlook(office, line)
    before = await room_at(office, line, 4)
    start = office.clock.now() + timedelta(hours=4)
    window = Window(start, start + line.window)
    async with office.database.reading() as session:
        first = await score_of(session, line, window, office.clock.now())
    await office.owed(
        line,
        kind="scheduled",
        status="scheduled",
        promised_from=window.start,
        promised_until=window.until,
    )
    assert await room_at(office, line, 4) == before - 1
    async with office.database.reading() as session:
        second = await score_of(session, line, window, office.clock.now())
    assert first is not None
    assert second is not None
    assert second < first


async def test_a_busy_morning_leaves_less_room_within_a_minute(office: Office) -> None:
    line = await office.line(opening_hours=HOURS)
    await remember(office.database, line, office.clock.now())
    await keep_forecast(office.database, line, office.clock.now())
    await planned(office, line, 7, since=8)
    office.clock.move_to(office.clock.now() + timedelta(hours=2))
    for number in range(6):
        await office.agent(line, number)
    as_forecast = [
        answered(line, office.clock.now() - timedelta(minutes=3 * n)) for n in range(1, 60)
    ]
    async with office.database.transaction() as session:
        session.add_all(as_forecast)
    calm = await outlook(office, line)
    before = await room_at(office, line, 4)
    twice = [answered(line, office.clock.now() - timedelta(minutes=2 * n)) for n in range(1, 60)]
    async with office.database.transaction() as session:
        session.add_all(twice)
    busy = await outlook(office, line)
    assert calm.level == pytest.approx(1.0, abs=0.05)
    assert busy.level > 1.2
    assert await room_at(office, line, 4) < before


async def test_agents_who_do_not_come_leave_less_room(office: Office) -> None:
    line = await office.line(opening_hours=HOURS)
    await remember(office.database, line, office.clock.now())
    await keep_forecast(office.database, line, office.clock.now())
    await planned(office, line, 8, since=8)
    for number in range(7):
        await office.agent(line, number)
    full = await outlook(office, line)
    before = await room_at(office, line, 1)
    async with office.runtime.work() as work:
        for agent in (await work.session.exec(select(Agent))).all():
            agent.apply(AgentEvent.GO_OFFLINE, work.now)
    empty = await outlook(office, line)
    assert full.presence == pytest.approx(1.0, abs=0.1)
    assert empty.presence < 0.2
    assert await room_at(office, line, 1) < before


async def test_an_outlook_that_nobody_renews_is_not_believed(office: Office) -> None:
    line = await office.line(opening_hours=HOURS, callbacks_per_window=1)
    await remember(office.database, line, office.clock.now())
    await keep_forecast(office.database, line, office.clock.now())
    await planned(office, line, 12)
    await outlook(office, line)
    assert await room_at(office, line, 6) > 1
    office.clock.move_to(office.clock.now() + STALE_AFTER + timedelta(minutes=1))
    assert await room_at(office, line, 6) == 1


async def test_a_plan_replaces_only_the_days_that_it_covers(office: Office) -> None:
    line = await office.line()
    await planned(office, line, 3, days=2)
    await planned(office, line, 5)
    since = office.clock.now() - timedelta(days=1)
    async with office.database.reading() as session:
        found = await shifts_between(session, line.id, since, since + timedelta(days=5))
    assert [shift.agents for shift in found] == [5.0, 3.0]


async def test_broken_promises_make_the_line_promise_less(office: Office) -> None:
    line = await office.line(opening_hours=HOURS)
    await remember(office.database, line, office.clock.now())
    await keep_forecast(office.database, line, office.clock.now())
    await planned(office, line, 8)
    await outlook(office, line)
    before = await room_at(office, line, 4)
    for number in range(200):
        past = office.clock.now() - timedelta(days=1, seconds=number)
        await office.owed(
            line,
            number,
            status="failed",
            promised_from=past,
            promised_until=past + timedelta(seconds=1),
            kept_score=1.5,
            promise_kept=number % 2 == 0,
        )
    office.clock.move_to(office.clock.now() + timedelta(hours=1))
    learnt = await outlook(office, line)
    assert learnt.base + 1.5 * learnt.slope == pytest.approx(0.0, abs=0.25)
    assert await room_at(office, line, 4) < before


async def test_a_window_is_judged_by_all_its_promises_and_the_score_of_the_last(
    office: Office,
) -> None:
    line = await office.line(opening_hours=HOURS)
    hour = timedelta(hours=1)
    today = office.clock.now()
    given = [
        (2 * hour, 2.0, True),
        (2 * hour, 0.5, False),
        (3 * hour, 1.0, True),
        (3 * hour, 0.25, None),
        (-hour, 3.0, True),
    ]
    for number, (ago, score, kept) in enumerate(given):
        start = today - ago
        await office.owed(
            line,
            number,
            status="failed",
            promised_from=start,
            promised_until=start + timedelta(minutes=15),
            kept_score=score,
            promise_kept=kept,
        )
    async with office.database.reading() as session:
        judged = await judged_windows(session, line.id, today)
    assert judged == [(0.5, False), (1.0, True)]


async def test_the_worker_looks_ahead_for_every_line_and_is_not_stopped_by_one(
    office: Office,
) -> None:
    empty = await office.line(name="New", number="+14155550101")
    line = await office.line(opening_hours=HOURS)
    await remember(office.database, line, office.clock.now())
    context: dict[str, object] = {"runtime": office.runtime}
    await look_ahead(context)
    await look_ahead(context)
    async with office.database.reading() as session:
        kinds = await session.exec(
            select(col(ForecastSnapshot.line_id), col(ForecastSnapshot.kind))
        )
        kept = set(kinds.all())
        assert await session.get(OutlookRow, empty.id) is None
    assert kept == {(line.id, SnapshotKind.NIGHTLY), (line.id, SnapshotKind.INTRADAY)}
    office.clock.move_to(office.clock.now() + timedelta(minutes=31))
    await look_ahead(context)
    async with office.database.reading() as session:
        rest = await latest_snapshot(session, line.id, SnapshotKind.INTRADAY)
    assert rest is not None
    assert all(row.start >= office.clock.now() for row in rest.intervals())
    assert rest.intervals()[-1].start.date() == office.clock.now().date()
