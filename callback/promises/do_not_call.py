"""The do-not-call list: numbers whose people asked us never to call again. It binds every line and door."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.runtime import Work


class DoNotCall(SQLModel, table=True):
    """One number (E.164), when it was put on the list, and by whom."""

    __tablename__ = "do_not_call"

    number: str = Field(primary_key=True, max_length=20)
    since: datetime
    by: str = Field(max_length=80)


_LISTED = select(DoNotCall.number).where(
    col(DoNotCall.number).in_(bindparam("numbers", expanding=True))
)


async def is_listed(session: AsyncSession, number: str) -> bool:
    """Tell whether the person at this number asked us never to call."""
    return await session.get(DoNotCall, number) is not None


async def listed_among(session: AsyncSession, numbers: Collection[str]) -> set[str]:
    """Return those of `numbers` whose people asked us never to call."""
    return set(await session.exec(_LISTED, params={"numbers": list(set(numbers))}))


async def put_on_list(work: Work, number: str, by: str) -> None:
    """Never call a number again; asked twice, the first time stands."""
    if not await is_listed(work.session, number):
        work.session.add(DoNotCall(number=number, since=work.now, by=by))


async def take_off_list(work: Work, number: str) -> None:
    """Let a number be called again, because its person asked for that."""
    entry = await work.session.get(DoNotCall, number)
    if entry is not None:
        await work.session.delete(entry)
