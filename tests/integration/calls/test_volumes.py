"""Counting demand per interval in both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callback.calls.call import Call, CallOutcome, Direction
from callback.calls.demand import find_line, load_demand, opening_of
from callback.calls.importing import ImportOptions, import_log
from callback.calls.volumes import count_volumes, log_span, waiting_record
from callback.database import Database
from callback.errors import InvalidInput, NotFound
from callback.forecasting.intervals import IntervalVolumes
from tests.integration.calls.logs import NOW, add_line, import_text, shared_file
from tests.unit.builders import make_line, span, utc

BERLIN = ZoneInfo("Europe/Berlin")
NEVER = utc(2100, 1, 1)


async def _add(database: Database, *arrivals: datetime, **changes: object) -> None:
    async with database.transaction() as session:
        for number, arrived_at in enumerate(arrivals):
            key = f"{arrived_at.isoformat()}-{number}-{sorted(changes.items())}"
            session.add(
                Call(
                    id=blake2b(key.encode(), digest_size=16).hexdigest(),
                    call_sid=blake2b(key.encode()).hexdigest()[:80],
                    line_id="line",
                    arrived_at=arrived_at,
                    **changes,
                )
            )


async def _volumes(
    database: Database, first: date, last: date, zone: ZoneInfo = BERLIN, minutes: int = 30
) -> IntervalVolumes:
    async with database.reading() as session:
        return await count_volumes(session, "line", zone, first, last, minutes)


def _busy(volumes: IntervalVolumes) -> dict[datetime, int]:
    return {s: n for s, n in zip(volumes.starts, volumes.counts, strict=True) if n}


async def test_calls_fall_into_the_interval_in_which_they_arrive(database: Database) -> None:
    await add_line(database)
    await _add(database, utc(2026, 3, 2, 8), utc(2026, 3, 2, 8, 29, 59), utc(2026, 3, 2, 8, 30))
    volumes = await _volumes(database, date(2026, 3, 2), date(2026, 3, 2))
    assert len(volumes.starts) == 48
    assert _busy(volumes) == {utc(2026, 3, 2, 8): 2, utc(2026, 3, 2, 8, 30): 1}


async def test_the_edges_of_the_days_are_local_midnights(database: Database) -> None:
    await add_line(database)
    await _add(
        database,
        *(utc(2026, 3, 1, 23) + timedelta(seconds=s) for s in (-1, 0, 24 * 3600 - 1, 24 * 3600)),
    )
    assert (await _volumes(database, date(2026, 3, 2), date(2026, 3, 2))).total == 2


async def test_only_demand_is_counted(database: Database) -> None:
    await add_line(database)
    demand = (None, CallOutcome.ANSWERED, CallOutcome.ABANDONED, CallOutcome.PROMISED)
    others = (
        (Direction.INBOUND, CallOutcome.TURNED_AWAY),
        (Direction.CALLBACK, CallOutcome.ANSWERED),
        (Direction.OUTBOUND, CallOutcome.ANSWERED),
    )
    for direction, outcome in others:
        await _add(database, utc(2026, 3, 2, 8), direction=direction, outcome=outcome)
    async with database.reading() as session:
        assert await log_span(session, "line") is None
    for outcome in demand:
        await _add(database, utc(2026, 3, 2, 8), outcome=outcome)
    assert _busy(await _volumes(database, date(2026, 3, 2), date(2026, 3, 2))) == {
        utc(2026, 3, 2, 8): len(demand)
    }
    async with database.reading() as session:
        span_of_demand = await log_span(session, "line")
        assert await log_span(session, "another") is None
    assert span_of_demand is not None
    assert span_of_demand.calls == len(demand)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
async def test_on_days_when_clocks_change_every_call_is_counted_once(
    database: Database, day: date, hours: int
) -> None:
    await add_line(database)
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    await _add(database, *(midnight + timedelta(minutes=20 * n) for n in range(3 * hours)))
    for minutes in (15, 30, 60):
        volumes = await _volumes(database, day, day, minutes=minutes)
        assert len(volumes.starts) == hours * 60 // minutes
        assert volumes.total == 3 * hours
    assert set(volumes.counts) == {3}


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"])
async def test_zones_with_odd_offsets_have_local_intervals(database: Database, zone: str) -> None:
    await add_line(database)
    first = datetime(2026, 4, 4, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    arrivals = [first + timedelta(minutes=7 * n) for n in range(400)]
    await _add(database, *arrivals)
    for minutes in (15, 30, 60):
        volumes = await _volumes(
            database, date(2026, 4, 4), date(2026, 4, 6), ZoneInfo(zone), minutes
        )
        expected = [
            sum(start <= at < end for at in arrivals)
            for start, end in zip(volumes.starts, [*volumes.starts[1:], NEVER], strict=True)
        ]
        assert list(volumes.counts) == expected
        assert volumes.total == 400


async def test_handle_time_is_the_mean_of_the_answered(database: Database) -> None:
    await add_line(database)
    await _add(database, utc(2026, 3, 2, 8), handle_seconds=100.0, wait_seconds=30.0)
    await _add(database, utc(2026, 3, 2, 8, 20), handle_seconds=200.0, wait_seconds=10.0)
    await _add(database, utc(2026, 3, 2, 8, 5), outcome=CallOutcome.ABANDONED, wait_seconds=50.0)
    volumes = await _volumes(database, date(2026, 3, 2), date(2026, 3, 2))
    handled = dict(zip(volumes.starts, volumes.handle_seconds, strict=True))
    assert handled[utc(2026, 3, 2, 8)] == 150.0
    assert handled[utc(2026, 3, 2, 9)] is None
    async with database.reading() as session:
        record = await waiting_record(session, "line", utc(2026, 3, 1), NOW)
    assert (record.handle_seconds, record.patience_seconds) == (150.0, 90.0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_other_intervals_are_refused(database: Database) -> None:
    with pytest.raises(InvalidInput, match="15, 30 or 60"):
        await _volumes(database, date(2026, 3, 2), date(2026, 3, 2), minutes=7)


async def test_a_line_is_found_by_id_or_exact_name(database: Database) -> None:
    await add_line(database, "a", name="Sales")
    await add_line(database, "b", name="Support")
    await add_line(database, "c", name="Support")
    async with database.reading() as session:
        assert (await find_line(session, "b")).id == "b"
        assert (await find_line(session, "Sales")).id == "a"
        with pytest.raises(NotFound):
            await find_line(session, "sales")
        with pytest.raises(InvalidInput, match="2 lines"):
            await find_line(session, "Support")


async def test_an_old_log_is_forecast_from_the_day_after_it_ends(
    database: Database, tmp_path: Path
) -> None:
    line = await add_line(database, zone="Europe/Berlin")
    await import_text(database, line, tmp_path, "timestamp\n2026-01-05 09:00\n2026-01-07 23:30\n")
    async with database.reading() as session:
        old = await load_demand(session, line, NOW)
        fresh = await load_demand(session, line, utc(2026, 1, 10))
        chosen = await load_demand(session, line, NOW, as_of=date(2026, 1, 7))
        with pytest.raises(InvalidInput, match="begins on 2026-01-05"):
            await load_demand(session, line, NOW, as_of=date(2026, 1, 5))
    assert (old.as_of, old.volumes.total) == (date(2026, 1, 8), 2)
    assert old.note is not None
    assert "ends on 2026-01-07" in old.note
    assert (fresh.as_of, fresh.note) == (date(2026, 1, 10), None)
    assert (chosen.as_of, chosen.volumes.total) == (date(2026, 1, 7), 1)


async def test_a_line_that_nobody_called_says_so(database: Database) -> None:
    line = await add_line(database)
    async with database.reading() as session:
        with pytest.raises(InvalidInput, match="import a call log"):
            await load_demand(session, line, NOW)


def test_an_interval_is_open_if_the_line_is_open_in_any_part_of_it() -> None:
    is_open = opening_of(make_line(span(0, "08:15", "16:45"), time_zone="Europe/Berlin"), 30)
    assert is_open is not None
    assert [is_open(utc(2026, 3, 2, *at)) for at in ((6, 30), (7, 0), (15, 30), (16, 0))] == [
        False,
        True,
        True,
        False,
    ]
    assert not is_open(utc(2026, 3, 3, 10))
    assert opening_of(make_line(), 30) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_small_banks_february_has_its_known_figures(database: Database) -> None:
    """Handle time 177 s; a mean patience near 345 s was measured over those who queued."""
    path = shared_file("small_bank_percall_1999-02.csv.gz")
    line = await add_line(database, zone="Asia/Jerusalem")
    await import_log(database, line, path, ImportOptions(zone=line.zone), NOW)
    async with database.reading() as session:
        demand = await load_demand(session, line, NOW)
    assert demand.volumes.total == 33_066
    assert len(demand.volumes.starts) == 28 * 48
    assert demand.record.handle_seconds == pytest.approx(177, abs=1)
    assert demand.record.patience_seconds == pytest.approx(345, abs=10)
