"""How often something may be done, counted in the database so that all processes share it.

Counters hold no phone number and no address: a key is hashed before it is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Field, SQLModel, col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.inserting import insert_into


class LimitCount(SQLModel, table=True):
    """How often a key was used in the stretch of time that ends at `until`."""

    __tablename__ = "limit_count"

    key: str = Field(primary_key=True, max_length=64)
    until: datetime = Field(index=True)
    count: int


@dataclass(frozen=True)
class Limit:
    """At most `most` times in any stretch of `per`; stretches begin at multiples of it."""

    name: str
    most: int
    per: timedelta

    def stretch(self, now: datetime) -> datetime:
        """Return the end of the stretch of time in which `now` lies."""
        length = self.per.total_seconds()
        begun = now.timestamp() // length
        return datetime.fromtimestamp((begun + 1) * length, UTC)

    def key(self, subject: str, now: datetime) -> str:
        """Return the key of a subject's counter for the present stretch."""
        text = f"{self.name}:{subject}:{self.stretch(now).isoformat()}"
        return hashlib.sha256(text.encode()).hexdigest()


async def use(session: AsyncSession, limit: Limit, subject: str, now: datetime) -> bool:
    """Count one more use by a subject; tell whether the limit still allows it.

    With every new counter those whose time is over are dropped.
    """
    insert = insert_into(session, LimitCount).values(
        key=limit.key(subject, now), until=limit.stretch(now), count=1
    )
    counted = await session.exec(
        insert.on_conflict_do_update(
            index_elements=["key"], set_={"count": col(LimitCount.count) + 1}
        ).returning(col(LimitCount.count))
    )
    count = int(counted.scalar_one())
    if count == 1:
        await session.exec(delete(LimitCount).where(col(LimitCount.until) < now))
    return count <= limit.most
