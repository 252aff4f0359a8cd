"""One import of an uploaded call log: what has become of it so far, for whoever waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.importing import ImportOptions, ImportResult, import_log
from callback.calls.log_rows import RejectedRow
from callback.errors import InvalidInput
from callback.ids import new_id
from callback.lines.line import Line
from callback.runtime import Runtime, Work

log = logging.getLogger(__name__)

EXAMPLES_SHOWN = 100
REASON_LENGTH = 200
QUIET_UNTIL_BROKEN = timedelta(minutes=2)
KEPT = timedelta(days=90)
SHOWN = 10


class RunState(StrEnum):
    """How an import stands. One that says nothing for a while was broken off with its process."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    BROKEN = "broken"


class ImportRun(SQLModel, table=True):
    """An import, by whom, and its counts as in `ImportResult`.

    `share` is the part of the file that has been read, 0 to 1. `examples` holds the first rejected rows as
    line of the file, column and reason. `trouble` says why the file could not be used; empty if nobody knows.
    """

    __tablename__ = "import_run"

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="line.id", index=True)
    by: str = Field(max_length=80)
    file_name: str = Field(max_length=120)
    dry_run: bool
    started_at: datetime
    moved_at: datetime
    ended_at: datetime | None = None
    share: float = 0.0
    read: int = 0
    new: int = 0
    known: int = 0
    rejected: int = 0
    redials: int = 0
    examples: list[list[Any]] = Field(default_factory=list, sa_type=JSON)
    trouble: str | None = Field(default=None, max_length=400)

    def state(self, now: datetime) -> RunState:
        """Return how it stands at `now`."""
        if self.ended_at is not None:
            return RunState.DONE if self.trouble is None else RunState.FAILED
        quiet = now - self.moved_at > QUIET_UNTIL_BROKEN
        return RunState.BROKEN if quiet else RunState.RUNNING

    def note(self, result: ImportResult, examples: Sequence[RejectedRow], now: datetime) -> None:
        """Take over how far the import has come."""
        self.read, self.new, self.known = result.read, result.new, result.known
        self.rejected, self.redials = result.rejected, result.redials
        self.examples = [
            [each.line_number, each.column[:80], each.reason[:REASON_LENGTH]] for each in examples
        ]
        self.moved_at = now


async def running(session: AsyncSession, now: datetime) -> ImportRun | None:
    """Return the import that is going on, on whatever line."""
    wanted = (
        select(ImportRun)
        .where(
            col(ImportRun.ended_at).is_(None), col(ImportRun.moved_at) >= now - QUIET_UNTIL_BROKEN
        )
        .limit(1)
    )
    return (await session.exec(wanted)).first()


async def latest_runs(session: AsyncSession, line_id: str) -> list[ImportRun]:
    """Return the last imports of a line, the newest first."""
    wanted = (
        select(ImportRun)
        .where(col(ImportRun.line_id) == line_id)
        .order_by(col(ImportRun.id).desc())
        .limit(SHOWN)
    )
    return list((await session.exec(wanted)).all())


async def begin_run(work: Work, line: Line, file_name: str, by: str, *, dry_run: bool) -> ImportRun:
    """Write down that an import begins, and forget those of long ago."""
    await work.session.exec(delete(ImportRun).where(col(ImportRun.started_at) < work.now - KEPT))
    run = ImportRun(
        id=new_id(work.now),
        line_id=line.id,
        by=by[:80],
        file_name=file_name[:120],
        dry_run=dry_run,
        started_at=work.now,
        moved_at=work.now,
    )
    work.session.add(run)
    return run


async def carry_out(
    runtime: Runtime, run_id: str, line: Line, path: Path, options: ImportOptions
) -> None:
    """Import the log at `path`, write down how far it is after each batch, and delete the file.

    Never raises: whoever uploaded the file reads in the row what became of it.
    """
    examples: list[RejectedRow] = []

    def keep(rejected: RejectedRow, row: str) -> None:
        del row
        if len(examples) < EXAMPLES_SHOWN:
            examples.append(rejected)

    async def on_batch(result: ImportResult, share: float) -> None:
        async with runtime.work() as work:
            run = await work.session.get_one(ImportRun, run_id)
            run.share = share
            run.note(result, examples, work.now)

    try:
        result = await import_log(
            runtime.database,
            line,
            path,
            options,
            runtime.clock.now(),
            on_rejected=keep,
            on_batch=on_batch,
        )
        await on_batch(result, 1.0)
        await _end(runtime, run_id, None)
    except InvalidInput as error:
        await _end(runtime, run_id, str(error))
    except Exception:
        log.exception("import %s failed", run_id)
        await _end(runtime, run_id, "")
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _end(runtime: Runtime, run_id: str, trouble: str | None) -> None:
    try:
        async with runtime.work() as work:
            run = await work.session.get_one(ImportRun, run_id)
            run.ended_at = run.moved_at = work.now
            run.trouble = trouble if trouble is None else trouble[:400]
    except Exception:
        log.exception("could not write down the end of import %s", run_id)
