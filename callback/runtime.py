"""What a running process is made of, and the unit of its work: one transaction, then the wake-ups."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction, make_transient_to_detached
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.clock import Clock
from callback.database import Database
from callback.inserting import Row, insert_rows
from callback.jobs import JobName, Jobs, Wake, Wish
from callback.links import Links
from callback.live import Live, NoLive, topics_in, topics_of
from callback.pace import NoSharedPace, Pace
from callback.settings import Settings
from callback.telephony.addresses import Addresses
from callback.telephony.port import Telephony

log = logging.getLogger(__name__)


@dataclass
class Work:
    """One transaction and the instant at which it takes place.

    Use cases write through `session` and never commit. What they want done afterwards they ask for with
    `wake`; it goes out only if the transaction was committed. `links` makes the addresses that people are sent.
    """

    session: AsyncSession
    now: datetime
    links: Links = field(default_factory=lambda: Links("", ""))
    wakes: dict[Wish, None] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def wake(
        self,
        job: JobName,
        subject_id: str = "",
        *,
        version: int = 1,
        at: datetime | None = None,
    ) -> None:
        """Ask for a job once this work is committed: now, or `at` an instant."""
        self.wakes[Wake(job, subject_id, version), at] = None

    async def write_new(self, rows: Sequence[SQLModel]) -> None:
        """Write down new objects of one kind in one statement; the session then has them as if read."""
        if not rows:
            return
        values = [dict(row) for row in rows]
        await self.write(type(rows[0]), values)
        for row in rows:
            make_transient_to_detached(row)
        self.session.add_all(rows)

    async def write(self, table: type[SQLModel], rows: Sequence[Row]) -> None:
        """Write down new rows of one kind, of which there may be many, in one statement; they are news too."""
        await insert_rows(self.session, table, rows)
        for row in rows:
            self.changed |= topics_in(str(table.__tablename__), row)


def _collector(work: Work) -> Callable[[Session, UOWTransaction], None]:
    def collect(session: Session, _: UOWTransaction) -> None:
        for row in (*session.new, *session.dirty):
            work.changed |= topics_of(row)

    return collect


@dataclass(frozen=True)
class Runtime:
    """Settings, clock, database, job queue, telephone company and live news of one process."""

    settings: Settings
    clock: Clock
    database: Database
    jobs: Jobs
    telephony: Telephony
    pace: Pace = field(default_factory=NoSharedPace)
    live: Live = field(default_factory=NoLive)

    @property
    def addresses(self) -> Addresses:
        """The addresses that the telephone company is given."""
        return Addresses(self.settings.public_base_url)

    @property
    def links(self) -> Links:
        """The links that people are sent."""
        return Links(self.settings.public_base_url, self.settings.secret_key.get_secret_value())

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """Give one unit of work: committed when the block ends well, and only then followed by wake-ups."""
        async with self.database.transaction() as session:
            work = Work(session, self.clock.now(), self.links)
            event.listen(session.sync_session, "after_flush", _collector(work))
            yield work
        await self.release(work)

    async def release(self, work: Work) -> None:
        """Send out the wake-ups and the news of committed work."""
        self.live.tell(work.changed)
        if work.wakes:
            await self.jobs.wake_all(work.wakes)

    async def close(self) -> None:
        """Let go of everything, whatever fails on the way."""
        for part in (self.live, self.jobs, self.telephony, self.database):
            try:
                await part.close()
            except Exception:
                log.exception("could not close %s", type(part).__name__)
