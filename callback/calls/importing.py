"""Bring a foreign call log into our own, as often as one likes, with the same result."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, String, any_, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.bulk_storing import store_calls
from callback.calls.call import Call
from callback.calls.log_file import LogFile, cells_as_text, find_date_order, open_log
from callback.calls.log_keys import CallKeys
from callback.calls.log_rows import LogReader, RejectedRow, RowRefused
from callback.calls.log_times import DateOrder, TimeReader
from callback.calls.redials import mark_redials
from callback.database import Database
from callback.errors import InvalidInput
from callback.ids import new_ids
from callback.lines.line import Line

BATCH_ROWS = 2_000
EXAMPLES_KEPT = 8
_SOURCE = re.compile(r"[A-Za-z0-9_.-]{1,16}")


@dataclass(frozen=True)
class ImportOptions:
    """How to read a log.

    `zone` is the zone of times without an offset. `source` names the system that wrote the log and is part
    of every call's key: importing one system's log under two names doubles its calls. A `dry_run` reads and
    judges every row and writes none.
    """

    zone: ZoneInfo
    source: str = "csv"
    date_order: DateOrder | None = None
    dry_run: bool = False

    def __post_init__(self) -> None:
        """Refuse a source that cannot stand in a key."""
        if not _SOURCE.fullmatch(self.source):
            raise InvalidInput(
                "source", "must be 1 to 16 letters, digits, dots, dashes or underscores"
            )


@dataclass
class _Batch:
    """Rows of the `call` table that are stored together, and those rejected among them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)

    def identified(self) -> _Batch:
        """Give every row its identifier."""
        for row, identifier in zip(
            self.rows, new_ids([row["arrived_at"] for row in self.rows]), strict=True
        ):
            row["id"] = identifier
        return self


@dataclass
class ImportResult:
    """What became of the rows: `read` = `new` + `known` + `rejected`.

    In a dry run nothing is new: `known` counts those that are in the call log already, and `new` those that
    would be. `examples` holds the first rejected rows only. `redials` are calls of somebody who had just hung
    up, and no demand of their own.
    """

    read: int = 0
    new: int = 0
    known: int = 0
    rejected: int = 0
    redials: int = 0
    first_arrival: datetime | None = None
    last_arrival: datetime | None = None
    examples: list[RejectedRow] = field(default_factory=list)

    def note(self, batch: _Batch) -> None:
        """Count the rows of a batch."""
        self.read += len(batch.rows) + len(batch.rejected)
        self.rejected += len(batch.rejected)
        self.examples += batch.rejected[: EXAMPLES_KEPT - len(self.examples)]
        if batch.rows:
            self.note_arrivals([row["arrived_at"] for row in batch.rows])

    def note_arrivals(self, arrivals: Sequence[datetime]) -> None:
        """Widen the span of the log to include `arrivals`."""
        first, last = min(arrivals), max(arrivals)
        self.first_arrival = min(self.first_arrival or first, first)
        self.last_arrival = max(self.last_arrival or last, last)


class Progress(Protocol):
    """Told after every batch how many bytes of how many, and how many rows, have been dealt with."""

    def __call__(self, bytes_read: int, bytes_total: int, rows: int) -> None:
        """Take note."""
        ...


RejectedHook = Callable[[RejectedRow, str], None]
BatchHook = Callable[[ImportResult, float], Awaitable[None]]


def _no_progress(bytes_read: int, bytes_total: int, rows: int) -> None:
    del bytes_read, bytes_total, rows


def _not_kept(rejected: RejectedRow, row: str) -> None:
    del rejected, row


async def _no_batch(result: ImportResult, share: float) -> None:
    del result, share


async def import_log(
    database: Database,
    line: Line,
    path: Path,
    options: ImportOptions,
    now: datetime,
    *,
    progress: Progress = _no_progress,
    on_rejected: RejectedHook = _not_kept,
    on_batch: BatchHook = _no_batch,
) -> ImportResult:
    """Read the log at `path` into the calls of `line`.

    Every batch is a transaction of its own, so a broken file or a lost connection leaves whole batches
    behind, and importing again goes on from there: a row that is known changes nothing. `on_rejected` is
    given each row that is left out, with its text; `on_batch` the counts so far, outside any transaction, and
    the share of the file that has been read.

    Raises:
        InvalidInput: the file, its columns or an option cannot be used; says what to do.

    """
    order = options.date_order or await asyncio.to_thread(find_date_order, path)
    result = ImportResult()
    with open_log(path) as log:
        keys = CallKeys(line.id, options.source)
        reader = LogReader(log.columns, TimeReader(order), options.zone, line, keys, now)
        async with aclosing(_read_ahead(_batches(log, reader, on_rejected))) as batches:
            async for batch in batches:
                result.note(batch)
                if batch.rows:
                    new = await _store(database, batch.rows, reader.common, dry_run=options.dry_run)
                    result.new += new
                    result.known += len(batch.rows) - new
                progress(log.bytes_read, log.bytes_total, result.read)
                await on_batch(result, log.bytes_read / max(log.bytes_total, 1))
    if result.new and not options.dry_run:
        await tell_redials(database, line, result)
    return result


async def tell_redials(database: Database, line: Line, result: ImportResult) -> None:
    """Mark the redials in the stretch of time that an import covered."""
    if result.first_arrival is None or result.last_arrival is None:
        return
    until = result.last_arrival + timedelta(microseconds=1)
    async with database.transaction() as session:
        result.redials = await mark_redials(session, line, result.first_arrival, until)


async def _read_ahead(batches: Iterator[_Batch]) -> AsyncGenerator[_Batch, None]:
    """Give one batch after the other, and read the next in a thread while one is worked on."""
    coming = asyncio.create_task(asyncio.to_thread(next, batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, batches, None))
            yield batch
    finally:
        # The file must not be closed while a thread reads it.
        await asyncio.wait({coming})
        if not coming.cancelled():
            coming.exception()


def _batches(log: LogFile, reader: LogReader, on_rejected: RejectedHook) -> Iterator[_Batch]:
    batch = _Batch()
    for line_number, row in log.rows():
        try:
            batch.rows.append(reader.read(row))
        except RowRefused as refused:
            rejected = RejectedRow(line_number, refused.column, refused.reason)
            batch.rejected.append(rejected)
            on_rejected(rejected, cells_as_text(row))
        if len(batch.rows) + len(batch.rejected) >= BATCH_ROWS:
            yield batch.identified()
            batch = _Batch()
    yield batch.identified()


async def _store(
    database: Database, batch: list[dict[str, Any]], common: dict[str, Any], *, dry_run: bool
) -> int:
    """Insert what is not there yet, or only look it up, and return how many rows that are."""
    rows = {row["call_sid"]: row for row in batch}
    if dry_run:
        async with database.reading() as session:
            return len(rows.keys() - await _known(session, rows, is_sqlite=database.is_sqlite))
    async with database.transaction() as session:
        return await store_calls(session, list(rows.values()), common)


async def _known(session: AsyncSession, sids: Iterable[str], *, is_sqlite: bool) -> set[str]:
    known = col(Call.call_sid)
    # One array is quicker for PostgreSQL to take in than two thousand parameters; SQLite has no arrays.
    among = (
        known.in_(list(sids)) if is_sqlite else known == any_(literal(list(sids), ARRAY(String)))
    )
    return set((await session.exec(select(Call.call_sid).where(among))).all())
