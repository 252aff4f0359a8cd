"""What a running process is made of, and the unit of its work: one transaction, then the wake-ups."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.clock import Clock
from callback.database import Database
from callback.jobs import JobName, Jobs, Wake
from callback.links import Links
from callback.live import Live, NoLive, topics_of
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
    wakes: dict[tuple[Wake, datetime | None], None] = field(default_factory=dict)
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
        for wake, at in work.wakes:
            if at is None:
                await self.jobs.wake_now(wake)
            else:
                await self.jobs.wake_at(wake, at)

    async def close(self) -> None:
        """Let go of everything, whatever fails on the way."""
        for part in (self.live, self.jobs, self.telephony, self.database):
            try:
                await part.close()
            except Exception:
                log.exception("could not close %s", type(part).__name__)
