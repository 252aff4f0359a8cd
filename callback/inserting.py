"""Inserts that give way to whoever wrote the key first, and inserts of many rows in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy import insert as any_insert
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


Row = Mapping[str, Any]
"""The values of a row by the names of its columns."""


async def insert_rows(session: AsyncSession, table: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows in one statement, past the session's unit of work, which would cost several times as much.

    Columns that a row does not name get the defaults of the table's class.
    """
    if not rows:
        return
    statement, defaults = _plan(table)
    connection = await session.connection()
    await connection.execute(statement, [{**defaults, **row} for row in rows])


@lru_cache
def _plan(table: type[SQLModel]) -> tuple[Insert, Row]:
    columns: Table = table.__table__  # type: ignore[attr-defined]
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in table.model_fields.items()
        if not field.is_required() and not columns.columns[name].primary_key
    }
    return any_insert(columns), defaults
