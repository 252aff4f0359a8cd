"""Finding callbacks: by line, state, part of a number, time of the promise; in an order; a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from callback.promises.callback import Callback
from callback.promises.lifecycle import OPEN, CallbackStatus

PAGE = 50
MOST_EXPORTED = 50_000


class Order(StrEnum):
    """What a list of callbacks is sorted by, the least first."""

    PROMISED = "promised"
    ARRIVED = "arrived"
    REQUESTED = "requested"
    STATUS = "status"


_COLUMNS = {
    Order.PROMISED: col(Callback.promised_from),
    Order.ARRIVED: col(Callback.arrived_at),
    Order.REQUESTED: col(Callback.requested_at),
    Order.STATUS: col(Callback.status),
}


@dataclass(frozen=True)
class Wanted:
    """Which callbacks are looked for; what is empty does not matter.

    `digits` may stand anywhere in a number.
    """

    line_id: str = ""
    statuses: frozenset[CallbackStatus] = OPEN
    digits: str = ""
    promised_after: datetime | None = None
    promised_before: datetime | None = None
    order: Order = Order.PROMISED
    backwards: bool = False


def query_of(wanted: Wanted) -> SelectOfScalar[Callback]:
    """Return the question for the callbacks that are wanted, in their order."""
    query = select(Callback)
    if wanted.line_id:
        query = query.where(col(Callback.line_id) == wanted.line_id)
    if wanted.statuses:
        query = query.where(col(Callback.status).in_(sorted(wanted.statuses)))
    if wanted.digits:
        query = query.where(col(Callback.phone_number).contains(wanted.digits, autoescape=True))
    if wanted.promised_after is not None:
        query = query.where(col(Callback.promised_from) >= wanted.promised_after)
    if wanted.promised_before is not None:
        query = query.where(col(Callback.promised_from) < wanted.promised_before)
    column = _COLUMNS[wanted.order]
    first = column.desc() if wanted.backwards else column.asc()
    return query.order_by(first, col(Callback.id))


async def find_callbacks(
    session: AsyncSession, wanted: Wanted, page: int = 0
) -> tuple[list[Callback], bool]:
    """Return a page (from 0) of the callbacks that are wanted, and whether there are more."""
    found = await session.exec(query_of(wanted).offset(page * PAGE).limit(PAGE + 1))
    rows = list(found.all())
    return rows[:PAGE], len(rows) > PAGE


async def export_callbacks(session: AsyncSession, wanted: Wanted) -> list[Callback]:
    """Return all callbacks that are wanted, up to `MOST_EXPORTED`."""
    return list((await session.exec(query_of(wanted).limit(MOST_EXPORTED))).all())
