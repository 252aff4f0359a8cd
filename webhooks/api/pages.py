"""Lists: a page of rows and the cursor of the next one."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import Query
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

Row = TypeVar("Row", bound=SQLModel)

Cursor = Annotated[str | None, Query(description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500)]


async def page_of(
    session: AsyncSession,
    query: SelectOfScalar[Row],
    identifier: Any,
    cursor: str | None,
    limit: int,
) -> tuple[list[Row], str | None]:
    """Return the rows after `cursor` in the order of their making, and the next cursor or None."""
    if cursor is not None:
        query = query.where(identifier > cursor)
    found = list((await session.exec(query.order_by(identifier).limit(limit + 1))).all())
    page = found[:limit]
    return page, str(page[-1].id) if len(found) > limit else None  # type: ignore[attr-defined]
