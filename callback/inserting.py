"""Inserts that give way: the first to write a key has written it, on either kind of database."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


def insert_into(session: AsyncSession, table: type[SQLModel]) -> Any:
    """Return an insert of the dialect in use, which knows what to do about conflicts."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table)


async def insert_once(session: AsyncSession, table: type[SQLModel], **values: object) -> bool:
    """Insert a row unless its key is taken; tell whether it was inserted.

    PostgreSQL waits for another transaction that has just written the same key, and so knows its end.
    """
    keys = [column.name for column in table.__table__.primary_key]  # type: ignore[attr-defined]
    done = await session.exec(
        insert_into(session, table).values(**values).on_conflict_do_nothing(index_elements=keys)
    )
    return bool(done.rowcount == 1)
