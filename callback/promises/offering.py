"""What a line can promise at this moment: its load, the wait, and the windows with room."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect
from sqlalchemy import select as sa_select
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AT_WORK, AgentStatus
from callback.calls.call import Call, CallStatus
from callback.lines.hours import current_opening, daily_openings_from
from callback.lines.line import Line
from callback.lines.offer import Offer, Window, decide_offer
from callback.lines.wait import RECENT_CALLS, WaitEstimate, estimate_wait, mean_handle
from callback.promises.callback import Callback
from callback.promises.capacity import window_capacity
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.promises.windows import asap_window, windows_of, with_room

WINDOWS_OFFERED = 3
LEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Load:
    """A line at one moment: contacts before somebody who arrived at a certain time, agents, handle time."""

    ahead: int
    free_agents: int
    agents: int
    handle: timedelta

    def wait(self) -> WaitEstimate | None:
        """Return the wait that this load means, None with nobody at work."""
        return estimate_wait(self.ahead, self.free_agents, self.agents, self.handle)


async def load_of(session: AsyncSession, line: Line, arrived_at: datetime) -> Load:
    """Return the load that stands before somebody who arrived at `arrived_at`, in one question."""
    recent = (
        select(col(Call.handle_seconds))
        .where(col(Call.line_id) == line.id, col(Call.handle_seconds) > 0)
        .order_by(col(Call.arrived_at).desc())
        .limit(RECENT_CALLS)
        .subquery()
    )
    parts = (
        _waiting(Call, CallStatus.WAITING, line.id, arrived_at),
        _waiting(Callback, CallbackStatus.WAITING, line.id, arrived_at),
        _agents(line.id, [AgentStatus.AVAILABLE]),
        _agents(line.id, list(AT_WORK)),
        select(func.count(recent.c.handle_seconds)).scalar_subquery(),
        select(func.sum(recent.c.handle_seconds)).scalar_subquery(),
    )
    row = (await (await session.connection()).execute(sa_select(*parts))).one()
    calls, callbacks, free, at_work, handled, seconds = row
    handle = mean_handle(int(handled), float(seconds or 0), line.expected_handle_seconds)
    return Load(ahead=calls + callbacks, free_agents=free, agents=at_work, handle=handle)


def _waiting(
    table: type[Call] | type[Callback], waiting: str, line_id: str, arrived_at: datetime
) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(table)
        .where(
            col(table.line_id) == line_id,
            col(table.status) == waiting,
            col(table.arrived_at) < arrived_at,
        )
        .scalar_subquery()
    )


def _agents(line_id: str, statuses: list[AgentStatus]) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Agent)
        .join(AgentLine, col(AgentLine.agent_id) == col(Agent.id))
        .where(col(AgentLine.line_id) == line_id, col(Agent.status).in_(statuses))
        .scalar_subquery()
    )


async def windows_with_room(
    session: AsyncSession, line: Line, load: Load, now: datetime, count: int = WINDOWS_OFFERED
) -> list[Window]:
    """Return the next windows in which one more promise can be kept.

    None begins before those who already wait can have been served, nor within five minutes.
    """
    wait = load.wait()
    earliest = now + max(LEAD, wait.high if wait is not None else LEAD)
    taken = await _taken(session, line.id, now)
    capacity = window_capacity(load.agents, line.window, load.handle, line.callbacks_per_window)
    windows = windows_of(daily_openings_from(line, now), line.window, earliest)
    return (
        with_room(windows, lambda window: capacity - taken[window.start], count) if capacity else []
    )


async def room_in(
    session: AsyncSession, line: Line, window: Window, load: Load, now: datetime
) -> int:
    """Return how many more promises `window` can bear."""
    taken = await _taken(session, line.id, now)
    capacity = window_capacity(load.agents, line.window, load.handle, line.callbacks_per_window)
    return capacity - taken[window.start]


async def _taken(session: AsyncSession, line_id: str, now: datetime) -> Counter[datetime]:
    rows = await session.exec(
        select(Callback.promised_from, func.count())
        .where(
            col(Callback.line_id) == line_id,
            col(Callback.promised_from) > now - timedelta(days=1),
            col(Callback.status).in_(OPEN),
        )
        .group_by(col(Callback.promised_from))
    )
    return Counter(dict(rows.all()))


def asap_for(line: Line, load: Load, now: datetime) -> Window | None:
    """Return the window to promise to somebody who keeps the place in line, None if it cannot be kept."""
    wait = load.wait()
    opening = current_opening(line, now)
    if wait is None or opening is None:
        return None
    return asap_window(now, wait.high, opening.closes)


async def offer_for(session: AsyncSession, line: Line, load: Load, now: datetime) -> Offer:
    """Return what a caller with this load before them may be promised now."""
    return decide_offer(
        threshold_seconds=line.offer_after_seconds,
        estimate=load.wait(),
        asap=asap_for(line, load, now),
        windows=tuple(await windows_with_room(session, line, load, now)),
    )


async def open_callback_of(session: AsyncSession, line_id: str, number: str) -> Callback | None:
    """Return the one callback that is still owed to `number` on this line, or None."""
    found = await session.exec(
        select(Callback).where(
            col(Callback.phone_number) == number,
            col(Callback.line_id) == line_id,
            or_(*(col(Callback.status) == status for status in OPEN)),
        )
    )
    return found.first()
