"""Many calls at once into the call log, by each database's own quickest way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call

_TABLE: Table = Call.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(column.name for column in _TABLE.columns)
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
_INTO = f'INSERT INTO "{_TABLE.name}" ({_NAMES})'
_UNLESS_KNOWN = "ON CONFLICT (call_sid) DO NOTHING"
_ON_SQLITE = f"{_INTO} VALUES ({', '.join('?' * len(_COLUMNS))}) {_UNLESS_KNOWN}"
_SHELF = f'CREATE TEMPORARY TABLE imported_call (LIKE "{_TABLE.name}") ON COMMIT DROP'
_FROM_SHELF = f"{_INTO} SELECT {_NAMES} FROM imported_call {_UNLESS_KNOWN}"  # noqa: S608 - our own names


async def store_calls(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> int:
    """Insert those `rows` of the `call` table whose `call_sid` is not there yet; return how many those are.

    The values pass the same conversions as in any other statement, but go to the driver directly: the
    work that is done for each statement and parameter otherwise costs more than the database itself. To be
    called at most once in a transaction.
    """
    connection = await session.connection()
    dialect = connection.dialect
    processors = [
        column.type.dialect_impl(dialect).bind_processor(dialect) for column in _TABLE.columns
    ]
    records = [
        tuple(
            process(row[name]) if process is not None else row[name]
            for name, process in zip(_COLUMNS, processors, strict=True)
        )
        for row in rows
    ]
    if dialect.name == "sqlite":
        return (await connection.exec_driver_sql(_ON_SQLITE, records)).rowcount
    # Asked for through SQLAlchemy, because that begins the transaction in which the copy must lie.
    await connection.exec_driver_sql(_SHELF)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table("imported_call", records=records, columns=_COLUMNS)
    return (await connection.exec_driver_sql(_FROM_SHELF)).rowcount
