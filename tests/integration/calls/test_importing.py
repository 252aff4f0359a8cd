"""Importing call logs into both databases."""

from __future__ import annotations

import gzip
import tempfile
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from callback.calls.call import Call, CallOutcome
from callback.calls.importing import BATCH_ROWS, ImportOptions, ImportResult, import_log
from callback.calls.log_rows import RejectedRow
from callback.calls.log_times import DateOrder
from callback.database import Database
from callback.errors import InvalidInput
from tests.integration.calls.logs import NOW, add_line, import_text, shared_file
from tests.unit.builders import utc

THREE = (
    "call id,arrived at,outcome\n1,2026-03-01 10:00:00,answered\n2,2026-03-01 10:00:05,abandoned\n"
)


async def _calls(database: Database) -> list[Call]:
    async with database.reading() as session:
        return list((await session.exec(select(Call).order_by(col(Call.arrived_at)))).all())


def _counts(result: object) -> tuple[int, ...]:
    return tuple(getattr(result, name) for name in ("read", "new", "known", "rejected"))


async def test_importing_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    line = await add_line(database)
    first = await import_text(database, line, tmp_path, THREE)
    before = await _calls(database)
    again = await import_text(database, line, tmp_path, THREE)
    assert _counts(first) == (2, 2, 0, 0)
    assert _counts(again) == (2, 0, 2, 0)
    assert await _calls(database) == before
    assert [call.outcome for call in before] == [CallOutcome.ANSWERED, CallOutcome.ABANDONED]
    assert (first.first_arrival, first.last_arrival) == (
        utc(2026, 3, 1, 10),
        utc(2026, 3, 1, 10, 0, 5),
    )


async def test_an_overlapping_log_adds_only_what_is_new(database: Database, tmp_path: Path) -> None:
    line = await add_line(database)
    await import_text(database, line, tmp_path, THREE)
    longer = THREE + "3,2026-03-01 11:00:00,answered\n"
    assert _counts(await import_text(database, line, tmp_path, longer)) == (3, 1, 2, 0)


async def test_equal_calls_without_an_id_are_two_however_often_imported(
    database: Database, tmp_path: Path
) -> None:
    line = await add_line(database)
    text = "timestamp,category\n" + "2026-03-01 10:00:00,fire\n" * 2
    assert _counts(await import_text(database, line, tmp_path, text)) == (2, 2, 0, 0)
    assert _counts(await import_text(database, line, tmp_path, text)) == (2, 0, 2, 0)


async def test_the_same_log_on_two_lines_is_two_logs(database: Database, tmp_path: Path) -> None:
    for name in ("one", "two"):
        line = await add_line(database, name, name=name)
        assert (await import_text(database, line, tmp_path, THREE)).new == 2


async def test_bad_rows_are_told_and_the_rest_is_kept(database: Database, tmp_path: Path) -> None:
    line = await add_line(database)
    path = tmp_path / "log.csv"
    path.write_text(THREE + "\n3,never,answered\n4,2026-03-02 09:00:01,answered\n5\n")
    told: list[tuple[RejectedRow, str]] = []
    result = await import_log(
        database,
        line,
        path,
        ImportOptions(zone=line.zone),
        NOW,
        on_rejected=lambda row, text: told.append((row, text)),
    )
    assert _counts(result) == (5, 2, 0, 3)
    assert [(row.line_number, row.column) for row, _ in told] == [
        (5, "arrived at"),
        (6, "arrived at"),
        (7, "row"),
    ]
    assert told[0][1] == "3,never,answered"
    assert result.examples == [row for row, _ in told]


async def test_a_dry_run_judges_everything_and_writes_nothing(
    database: Database, tmp_path: Path
) -> None:
    line = await add_line(database)
    assert _counts(await import_text(database, line, tmp_path, THREE, dry_run=True)) == (2, 2, 0, 0)
    assert await _calls(database) == []
    await import_text(database, line, tmp_path, THREE)
    assert _counts(await import_text(database, line, tmp_path, THREE, dry_run=True)) == (2, 0, 2, 0)


async def test_naive_times_are_read_in_the_zone_given(database: Database, tmp_path: Path) -> None:
    line = await add_line(database, zone="Europe/Berlin")
    await import_text(database, line, tmp_path, THREE, zone=ZoneInfo("America/New_York"))
    assert (await _calls(database))[0].arrived_at == utc(2026, 3, 1, 15)


async def test_many_batches_and_gzip_and_progress(database: Database, tmp_path: Path) -> None:
    line = await add_line(database)
    path = tmp_path / "log.csv.gz"
    start = utc(2026, 2, 1)
    rows = "".join(f"{n},{(start + timedelta(seconds=n)).isoformat()}\n" for n in range(4_500))
    path.write_bytes(gzip.compress(("id;when;timestamp\n" + rows).replace(",", ";0;").encode()))
    seen: list[tuple[int, int, int]] = []
    result = await import_log(
        database,
        line,
        path,
        ImportOptions(zone=line.zone),
        NOW,
        progress=lambda done, total, count: seen.append((done, total, count)),
    )
    assert _counts(result) == (4_500, 4_500, 0, 0)
    assert [count for _, _, count in seen] == [2_000, 4_000, 4_500]
    assert seen[-1][0] == seen[-1][1] == path.stat().st_size


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(minutes=st.lists(st.integers(0, 30), max_size=30), cut=st.integers(0, 30))
def test_any_log_may_be_imported_in_any_overlapping_pieces(minutes: list[int], cut: int) -> None:
    import asyncio

    from callback.tables import METADATA

    rows = [f"{utc(2026, 3, 1, 10, minute).isoformat()},sales\n" for minute in sorted(minutes)]

    async def run(folder: Path) -> tuple[int, int]:
        database = Database(f"sqlite:///{folder / 'calls.db'}")
        try:
            async with database.engine.begin() as connection:
                await connection.run_sync(METADATA.create_all)
            line = await add_line(database)
            new = 0
            for piece in (rows[:cut], rows, rows[:cut]):
                text = "timestamp,queue\n" + "".join(piece)
                new += (await import_text(database, line, folder, text)).new
            async with database.reading() as session:
                stored = (await session.exec(select(func.count()).select_from(Call))).one()
            return new, stored
        finally:
            await database.close()

    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(run(Path(folder))) == (len(rows), len(rows))


async def test_what_was_broken_off_goes_on_where_it_stopped(
    database: Database, tmp_path: Path
) -> None:
    line = await add_line(database)
    rows = "".join(
        f"2026-02-01 09:{n // 60 % 60:02}:{n % 60:02},{n}\n" for n in range(3 * BATCH_ROWS)
    )
    path = tmp_path / "log.csv"
    path.write_text("arrived_at,call_id\n" + rows, encoding="utf-8")
    options = ImportOptions(ZoneInfo("UTC"))

    async def break_off(result: ImportResult, share: float) -> None:
        del share
        assert result.read == result.new == BATCH_ROWS
        raise RuntimeError("the machine is switched off")

    with pytest.raises(RuntimeError, match="switched off"):
        await import_log(database, line, path, options, NOW, on_batch=break_off)
    again = await import_log(database, line, path, options, NOW)
    assert (again.new, again.known) == (2 * BATCH_ROWS, BATCH_ROWS)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_numeric_dates_are_settled_by_the_whole_log_or_asked_for(
    database: Database, tmp_path: Path
) -> None:
    line = await add_line(database)
    doubtful = "timestamp\n02/01/2026 10:00\n"
    with pytest.raises(InvalidInput, match=r"02/01/2026 10:00.*day or month first"):
        await import_text(database, line, tmp_path, doubtful)
    await import_text(database, line, tmp_path, doubtful + "13/01/2026 10:00\n")
    assert (await _calls(database))[0].arrived_at == utc(2026, 1, 2, 10)
    await import_text(
        database, line, tmp_path, doubtful, date_order=DateOrder.MONTH_FIRST, source="b"
    )
    assert (await _calls(database))[-1].arrived_at == utc(2026, 2, 1, 10)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"start,calls\n2026-03-01 10:00:00,7\n", "one row for each call"),
        (gzip.compress(THREE.encode(), mtime=0)[:40], "file"),
    ],
)
async def test_a_file_that_is_no_call_log_is_refused(
    database: Database, tmp_path: Path, content: bytes, reason: str
) -> None:
    line = await add_line(database)
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=reason):
        await import_log(database, line, path, ImportOptions(zone=line.zone), NOW)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
async def test_other_encodings_are_read(database: Database, tmp_path: Path, encoding: str) -> None:
    line = await add_line(database)
    path = tmp_path / "log.csv"
    path.write_bytes("timestamp,agent\n2026-03-01 10:00:00,Zoë\n".encode(encoding))
    await import_log(database, line, path, ImportOptions(zone=line.zone), NOW)
    assert (await _calls(database))[0].agent_id == "Zoë"


def test_a_source_that_cannot_stand_in_a_key_is_refused() -> None:
    with pytest.raises(InvalidInput, match="letters"):
        ImportOptions(zone=ZoneInfo("UTC"), source="my:log")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_small_banks_february(database: Database) -> None:
    """33,344 rows; 278 phantoms; handle time and patience as measured from the log itself."""
    path = shared_file("small_bank_percall_1999-02.csv.gz")
    line = await add_line(database, zone="Asia/Jerusalem")
    result = await import_log(database, line, path, ImportOptions(zone=line.zone), NOW)
    assert _counts(result) == (33_344, 33_066, 0, 278)
    again = await import_log(database, line, path, ImportOptions(zone=line.zone), NOW)
    assert _counts(again) == (33_344, 0, 33_066, 278)
    async with database.reading() as session:
        by_outcome = dict(
            (await session.exec(select(Call.outcome, func.count()).group_by(Call.outcome))).all()
        )
    assert by_outcome == {CallOutcome.ANSWERED: 27_162, CallOutcome.ABANDONED: 5_904}
