"""What is owed to people: the callback that is still to come, and the one that reached nobody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.promises.callback import Callback
from callback.promises.lifecycle import OPEN, CallbackStatus

PLACE_KEPT = timedelta(days=1)
"""How long somebody whom we could not reach has the old place in line."""
_OWED = select(Callback).where(
    col(Callback.phone_number).in_(bindparam("numbers", expanding=True)),
    col(Callback.line_id) == bindparam("line_id"),
    col(Callback.status).in_(list(OPEN)),
)


async def open_callbacks_of(
    session: AsyncSession, line_id: str, numbers: Collection[str]
) -> dict[str, Callback]:
    """Return the callbacks that are still owed to people on this line, by their numbers."""
    values = {"line_id": line_id, "numbers": list(numbers)}
    found = await session.exec(_OWED, params=values)
    return {callback.phone_number: callback for callback in found}


async def open_callback_of(session: AsyncSession, line_id: str, number: str) -> Callback | None:
    """Return the one callback that is still owed to `number` on this line, or None."""
    return (await open_callbacks_of(session, line_id, [number])).get(number)


async def missed_callback(
    session: AsyncSession, line_id: str, number: str | None, now: datetime
) -> Callback | None:
    """Return the callback to `number` that reached nobody within the last day, or None."""
    if number is None:
        return None
    found = await session.exec(
        select(Callback)
        .where(
            col(Callback.phone_number) == number,
            col(Callback.line_id) == line_id,
            col(Callback.status) == CallbackStatus.FAILED,
            col(Callback.ended_at) > now - PLACE_KEPT,
        )
        .order_by(col(Callback.ended_at).desc())
        .limit(1)
    )
    return found.first()
