"""Use case: scheduled callbacks whose time has come get their places in line, all of them together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from callback.jobs import JobName, Wake
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent, CallbackStatus
from callback.promises.timeline import notes_together
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
    # Locked in one order, so that two workers do not wait for each other in a circle.
    found = await work.session.exec(
        select(Callback)
        .where(col(Callback.id).in_(callback_ids), *_is_due(work.now))
        .order_by(col(Callback.id))
        .with_for_update()
    )
    wakes = []
    async with notes_together(work):
        for callback in found.all():
            callback.apply(CallbackEvent.FALL_DUE, work.now)
            wakes.append(Wake(JobName.FALL_DUE, callback.id, callback.version))
    if wakes:
        work.wake(JobName.DISPATCH)
    return wakes
