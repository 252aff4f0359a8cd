"""End of the day: what a line could not do before it closed goes to its next opening, as a promise not kept."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import AgentLine
from callback.dialing.rules import lawful_window
from callback.dialogue.notices import Purpose
from callback.jobs import JobName
from callback.lines.directory import get_line
from callback.lines.hours import is_open, openings_from
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.callback import Callback
from callback.promises.capacity import window_capacity
from callback.promises.lifecycle import CallbackEvent, CallbackStatus
from callback.promises.load import load_of
from callback.promises.offering import promises_in
from callback.promises.texting import text_anew
from callback.promises.windows import windows_of
from callback.runtime import Work

WINDOWS_LOOKED_AT = 500


async def left_over(session: AsyncSession, now: datetime) -> list[str]:
    """Return the callbacks whose window has passed and whose line has closed, the first in line first."""
    found = await session.exec(
        select(Callback.id, Callback.line_id)
        .where(
            col(Callback.status) == CallbackStatus.WAITING,
            col(Callback.promised_until) < now,
            col(Callback.person_leg_id).is_(None),
        )
        .order_by(col(Callback.arrived_at), col(Callback.id))
    )
    waiting = found.all()
    closed = {
        line_id
        for line_id in {line_id for _, line_id in waiting}
        if not is_open(await get_line(session, line_id), now)
    }
    return [callback_id for callback_id, line_id in waiting if line_id in closed]


async def carry_over(work: Work, callback_id: str) -> bool:
    """Move what is left to the first window of the next opening that can bear it; tell whether it was so.

    The place in line stays. A promise that nobody attempted counts as not kept, whatever comes later.
    """
    callback = await work.session.get(Callback, callback_id, with_for_update=True)
    if callback is None or callback.status != CallbackStatus.WAITING:
        return False
    if callback.promised_until >= work.now or callback.person_leg_id is not None:
        return False
    line = await get_line(work.session, callback.line_id)
    window = None if is_open(line, work.now) else await _window_for(work, line, callback)
    if window is None:
        return False
    if callback.promise_kept is None:
        callback.promise_kept = False
    if callback.first_promised_from is None:
        callback.first_promised_from = callback.promised_from
    detail = f"the line has closed; to {window.start.isoformat()}"
    callback.apply(CallbackEvent.CARRY_OVER, work.now, detail)
    callback.promise(window.start, window.until)
    await work.session.flush()
    await text_anew(work, line, callback, Purpose.END_OF_DAY)
    work.wake(JobName.FALL_DUE, callback.id, version=callback.version, at=callback.due_at)
    return True


async def _window_for(work: Work, line: Line, callback: Callback) -> Window | None:
    """Return the first window with room; what a window can bear is reckoned by all agents of the line."""
    load = await load_of(work.session, line, work.now)
    agents = await work.session.exec(
        select(func.count()).select_from(AgentLine).where(col(AgentLine.line_id) == line.id)
    )
    capacity = window_capacity(agents.one(), line.window, load.handle, line.callbacks_per_window)
    taken = await promises_in(work.session, line.id, work.now, callback.id)
    openings = openings_from(line, work.now)
    windows = list(islice(windows_of(openings, line.window, work.now), WINDOWS_LOOKED_AT))
    lawful = [
        each
        for each in windows
        if lawful_window(callback.phone_number, each.start, each.until, line.zone)
    ]
    # Even a line that can promise nothing owes this one.
    with_room = (each for each in lawful if taken(each) < max(1, capacity))
    return next(with_room, lawful[0] if lawful else windows[0] if windows else None)
