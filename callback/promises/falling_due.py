"""Use case: scheduled callbacks whose time has come get their places in line, all of them together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select, update

from callback.jobs import JobName, Wake
from callback.live import topics_in
from callback.promises.callback import Callback, TimelineEntry
from callback.promises.lifecycle import CALLBACK_LIFE, CallbackEvent, CallbackStatus
from callback.runtime import Runtime, Work

TOGETHER = 1_000


async def give_places_to(runtime: Runtime, woken_for: Collection[Wake]) -> int:
    """Give every callback that is due its place, if one of these wake-ups still counts; return how many.

    A wake-up is void unless its callback is due in the version for which it was made.
    """
    identifiers = {wake.subject_id for wake in woken_for}
    async with runtime.database.reading() as session:
        found = await session.exec(
            select(Callback.id, Callback.version).where(
                col(Callback.id).in_(identifiers), *_is_due(runtime.clock.now())
            )
        )
        counts = {Wake(JobName.FALL_DUE, *row) for row in found.all()}
    return await give_places(runtime, woken_for) if counts.intersection(woken_for) else 0


async def give_places(runtime: Runtime, woken_for: Collection[Wake] = ()) -> int:
    """Give every callback that is due by now its place in line; return how many there were.

    Many are due at the same moment, and each has a wake-up of its own: those of the others are taken back.
    `woken_for` are those that are being worked on, which end by themselves.
    """
    given = 0
    while due := await _due(runtime):
        async with runtime.work() as work:
            wakes = await _give_places(work, due)
        given += len(wakes)
        await runtime.jobs.take_back(wake for wake in wakes if wake not in woken_for)
        if len(due) < TOGETHER:
            break
    return given


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Callback.status) == CallbackStatus.SCHEDULED, col(Callback.due_at) <= now


async def _due(runtime: Runtime) -> list[str]:
    async with runtime.database.reading() as session:
        found = await session.exec(
            select(Callback.id)
            .where(*_is_due(runtime.clock.now()))
            .order_by(col(Callback.due_at))
            .limit(TOGETHER)
        )
        return list(found.all())


async def _give_places(work: Work, callback_ids: list[str]) -> list[Wake]:
    """Do to each of them what `Callback.apply` does, but to all in one statement."""
    event, at = CallbackEvent.FALL_DUE, work.now
    due = (
        select(Callback.id)
        .where(col(Callback.id).in_(callback_ids), *_is_due(at))
        # Locked in one order, so that two workers do not wait for each other in a circle.
        .order_by(col(Callback.id))
        .with_for_update()
    )
    found = await work.session.exec(
        update(Callback)
        .where(col(Callback.id).in_(due))
        .values(status=CALLBACK_LIFE.next(CallbackStatus.SCHEDULED, event))
        .returning(col(Callback.id), col(Callback.version), col(Callback.line_id))
        .execution_options(synchronize_session=False)
    )
    rows = found.all()
    notes = [{"callback_id": row.id, "at": at, "event": event, "detail": ""} for row in rows]
    await work.write(TimelineEntry, notes)
    for row in rows:
        work.changed |= topics_in("callback", {"id": row.id, "line_id": row.line_id})
    if rows:
        work.wake(JobName.DISPATCH)
    return [Wake(JobName.FALL_DUE, row.id, row.version) for row in rows]
