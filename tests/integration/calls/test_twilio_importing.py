"""Twilio's own log brought in: day by day, going on where it stopped, and from a file of its export."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from callback.calls.call import Call
from callback.calls.twilio_importing import import_export, import_twilio, is_export
from callback.database import Database
from callback.errors import InvalidInput, TelephonyUnavailable
from callback.lines.line import Line, LineNumber
from callback.telephony.port import LoggedCall
from tests.integration.calls.logs import NOW, add_line
from tests.unit.calls.test_twilio_rows import EXPORTED, OURS, call


class History:
    """Twilio's log with one call an hour; from `fails_on` on it does not answer."""

    def __init__(self) -> None:
        self.asked: list[date] = []
        self.fails_on: date | None = None

    async def calls_between(
        self, since: datetime, until: datetime
    ) -> AsyncIterator[list[LoggedCall]]:
        self.asked.append(since.date())
        if since.date() == self.fails_on:
            raise TelephonyUnavailable("no connection to Twilio")
        begun = [since + timedelta(hours=hour) for hour in range(25)]
        calls = [call(f"CA{at:%d%H}", started_at=at, ended_at=at) for at in begun if at <= until]
        yield calls[:20]
        yield calls[20:]


async def bring_in(
    database: Database, line: Line, history: History, since: date
) -> tuple[int, int]:
    pauses: list[int] = []

    async def pause() -> None:
        pauses.append(1)

    days: list[date] = []
    result = await import_twilio(
        database, history, line, since, NOW, pause, lambda day, *_: days.append(day)
    )
    assert days[0] == since
    assert len(pauses) == 2 * len(history.asked)
    return result.new, result.known


async def a_line(database: Database) -> Line:
    line = await add_line(database)
    async with database.transaction() as session:
        session.add(LineNumber(number=OURS, line_id=line.id))
    return line


async def test_an_import_goes_on_where_it_was_broken_off(database: Database) -> None:
    line, history = await a_line(database), History()
    since = NOW.date() - timedelta(days=4)
    history.fails_on = since + timedelta(days=2)
    with pytest.raises(TelephonyUnavailable):
        await bring_in(database, line, history, since)
    history.asked, history.fails_on = [], None
    new, known = await bring_in(database, line, history, since)
    # Two days are whole and not asked for again; each day's call at midnight belongs to that day alone.
    assert history.asked == [since + timedelta(days=n) for n in (2, 3, 4)]
    assert (new, known) == (3 * 24, 0)
    history.asked = []
    new, known = await bring_in(database, line, history, since)
    # Of yesterday and today a call may still go on.
    assert history.asked == [since + timedelta(days=n) for n in (3, 4)]
    assert (new, known) == (0, 48)
    async with database.reading() as session:
        found = (await session.exec(select(Call.call_sid))).all()
    assert len(found) == len(set(found)) == 5 * 24


async def test_a_day_to_come_or_long_ago_is_refused(database: Database) -> None:
    line = await a_line(database)
    for since in (NOW.date() + timedelta(days=1), date(1999, 1, 1)):
        with pytest.raises(InvalidInput, match="five years"):
            await bring_in(database, line, History(), since)


@pytest.mark.parametrize("packed", [False, True])
async def test_a_file_of_the_export_is_known_by_its_first_line_and_brought_in(
    database: Database, tmp_path: Path, packed: bool
) -> None:
    line = await a_line(database)
    lines = [json.dumps(EXPORTED | {"sid": f"CA{n}"}) for n in range(3)] + ["", "{}", "nonsense"]
    content = "\n".join(lines).encode()
    path = tmp_path / "2026-03-01.json"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert is_export(path)
    result = await import_export(database, line, path, datetime(2026, 3, 3, tzinfo=UTC))
    assert (result.read, result.new, result.rejected) == (5, 3, 2)
    assert [each.line_number for each in result.examples] == [5, 6]
    again = await import_export(database, line, path, datetime(2026, 3, 3, tzinfo=UTC))
    assert (again.new, again.known) == (0, 3)


async def test_a_table_is_no_export(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("arrived_at\n2026-03-01 10:00\n", encoding="utf-8")
    assert not is_export(path)
    assert not is_export(tmp_path / "nothing")
