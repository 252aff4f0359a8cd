"""Finding lines: by the number that was called, by id or by name."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.errors import NotFound
from callback.lines.line import Line, LineNumber


async def line_of_number(session: AsyncSession, number: str) -> Line | None:
    """Return the line that `number` (E.164) leads to, or None."""
    found = await session.exec(
        select(Line).join(LineNumber).where(col(LineNumber.number) == number)
    )
    return found.first()


async def language_of_number(session: AsyncSession, number: str) -> str | None:
    """Return the language in which whoever calls `number` is spoken to, None where it is asked."""
    row = await session.get(LineNumber, number)
    return None if row is None else row.language


async def get_line(session: AsyncSession, line_id: str) -> Line:
    """Return the line with this id.

    Raises:
        NotFound: there is none.

    """
    line = await session.get(Line, line_id)
    if line is None:
        raise NotFound("line", line_id)
    return line


async def line_named(session: AsyncSession, name: str) -> Line:
    """Return the line with this id or this exact name.

    Raises:
        NotFound: there is none.

    """
    found = await session.exec(
        select(Line).where(or_(col(Line.id) == name, col(Line.name) == name)).order_by(col(Line.id))
    )
    line = found.first()
    if line is None:
        raise NotFound("line", name)
    return line


async def line_numbers_of(session: AsyncSession, line_id: str) -> list[LineNumber]:
    """Return the numbers of a line, the one it calls from first."""
    found = await session.exec(
        select(LineNumber)
        .where(col(LineNumber.line_id) == line_id)
        .order_by(col(LineNumber.position), col(LineNumber.number))
    )
    return list(found.all())


async def numbers_called_from(session: AsyncSession, line_ids: Collection[str]) -> dict[str, str]:
    """Return the number (E.164) from which each of these lines calls; a line without any is left out."""
    found = await session.exec(
        select(LineNumber.line_id, LineNumber.number)
        .where(col(LineNumber.line_id).in_(line_ids))
        .order_by(col(LineNumber.position).desc(), col(LineNumber.number).desc())
    )
    return dict(found.all())


async def numbers_of(session: AsyncSession, line_id: str) -> list[str]:
    """Return the numbers of a line in E.164, the one it calls from first."""
    return [row.number for row in await line_numbers_of(session, line_id)]
