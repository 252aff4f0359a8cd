"""Bring in Twilio's own log: day by day over its API, or from the files of its bulk export."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent
from callback.calls.bulk_storing import store_calls
from callback.calls.imported_day import ImportedDay
from callback.calls.importing import EXAMPLES_KEPT, ImportResult, tell_redials
from callback.calls.log_rows import RejectedRow
from callback.calls.twilio_rows import read_exported, rows_of
from callback.database import Database
from callback.errors import InvalidInput
from callback.forecasting.intervals import DAY
from callback.lines.directory import numbers_of
from callback.lines.line import Line
from callback.telephony.port import CallHistory, LoggedCall

LONGEST_CALL = timedelta(hours=24)
"""Twilio ends a call after a day at the latest; a day of its log is whole when that has passed."""
LONGEST_BACK = timedelta(days=5 * 366)
_GZIP = b"\x1f\x8b"

DayHook = Callable[[date, int, int], None]
"""Told after each day which it was, and how many days of how many are done."""


async def import_twilio(
    database: Database,
    history: CallHistory,
    line: Line,
    since: date,
    now: datetime,
    pause: Callable[[], Awaitable[None]],
    on_day: DayHook,
) -> ImportResult:
    """Bring the calls of a line since a day (UTC) into its log.

    Days that were brought in whole are not asked for again, so an import that was broken off goes on where
    it was; a call that is known changes nothing. `pause` is waited for after each page, out of politeness.

    Raises:
        InvalidInput: the day lies in the future, or more than five years back.
        TelephonyError: Twilio does not answer; what was brought in stays.

    """
    today = now.astimezone(UTC).date()
    if not timedelta(0) <= today - since <= LONGEST_BACK:
        raise InvalidInput("since", f"{since} must lie within the last five years")
    async with database.reading() as session:
        numbers = set(await numbers_of(session, line.id))
        ours = set((await session.exec(select(Agent.endpoint))).all())
        done = await _done(session, line.id)
    result = ImportResult()
    days = [since + n * DAY for n in range((today - since).days + 1)]
    for place, day in enumerate(days, start=1):
        if day not in done:
            begin = datetime.combine(day, time(0), tzinfo=UTC)
            calls: list[LoggedCall] = []
            async for page in history.calls_between(begin, begin + DAY):
                calls += [
                    call
                    for call in page
                    if call.started_at and begin <= call.started_at < begin + DAY
                ]
                await pause()
            rows = list(rows_of(calls, line, numbers, ours))
            async with database.transaction() as session:
                await _keep(session, rows, result)
                if begin + DAY + LONGEST_CALL < now:
                    session.add(
                        ImportedDay(line_id=line.id, day=day, calls=len(rows), imported_at=now)
                    )
        on_day(day, place, len(days))
    await tell_redials(database, line, result)
    return result


async def import_export(database: Database, line: Line, path: Path, now: datetime) -> ImportResult:
    """Bring a file of Twilio's bulk export (JSON lines, may be gzip; one day each) into a line's log.

    Raises:
        InvalidInput: there is no such file, or it cannot be read.

    """
    async with database.reading() as session:
        numbers = set(await numbers_of(session, line.id))
        ours = set((await session.exec(select(Agent.endpoint))).all())
    result = ImportResult()
    calls = await asyncio.to_thread(lambda: list(_exported(path, result)))
    rows = [row for row in rows_of(calls, line, numbers, ours) if row["arrived_at"] <= now]
    async with database.transaction() as session:
        await _keep(session, rows, result)
    await tell_redials(database, line, result)
    return result


async def _done(session: AsyncSession, line_id: str) -> set[date]:
    found = await session.exec(select(ImportedDay).where(col(ImportedDay.line_id) == line_id))
    return {each.day for each in found.all()}


async def _keep(session: AsyncSession, rows: list[dict[str, object]], result: ImportResult) -> None:
    if not rows:
        return
    new = await store_calls(session, rows)
    result.read += len(rows)
    result.new += new
    result.known += len(rows) - new
    result.note_arrivals([row["arrived_at"] for row in rows])  # type: ignore[misc]


def is_export(path: Path) -> bool:
    """Tell whether a file begins like a line of JSON."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{")
    except (OSError, EOFError):
        return False


def _exported(path: Path, result: ImportResult) -> Iterator[LoggedCall]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    yield read_exported(line.decode("utf-8-sig"))
                except ValueError as error:
                    result.read += 1
                    result.rejected += 1
                    if len(result.examples) < EXAMPLES_KEPT:
                        result.examples.append(RejectedRow(number, "call", str(error)))
    except (OSError, EOFError) as error:
        raise InvalidInput("file", f"{path} cannot be read: {error}") from error
