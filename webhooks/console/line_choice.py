"""Which line a page is about: the one that was asked for, or the first by name."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.errors import NotFound
from callback.lines.line import Line


async def choose_line(session: AsyncSession, line_id: str) -> tuple[Line, list[Line]]:
    """Return the line with this id, or the first by name if it is empty, and all lines to choose from.

    Raises:
        NotFound: there is none.

    """
    lines = list((await session.exec(select(Line).order_by(col(Line.name), col(Line.id)))).all())
    for line in lines:
        if line_id in {"", line.id}:
            return line, lines
    raise NotFound("line", line_id or "yet")
