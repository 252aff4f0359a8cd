"""What a line can promise at this moment: its load, the wait, and the windows with room."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, Select, bindparam, case
from sqlalchemy import select as sa_select
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AT_WORK, AgentStatus
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.lines.hours import Opening, daily_openings_from
from callback.lines.line import Line
from callback.lines.offer import Offer, Window, decide_offer, overloaded
from callback.lines.wait import (
    RECENT_CALLS,
    RECENT_WAITS,
    WaitEstimate,
    estimate_wait,
    estimate_wait_for_skill,
    leaving_rate,
    mean_handle,
)
from callback.promises.callback import Callback, CallbackKind
from callback.promises.capacity import Outlook, window_capacity
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.promises.outlook import outlook_of
from callback.promises.windows import asap_window, windows_of, with_room

WINDOWS_OFFERED = 3
LEAD = timedelta(minutes=5)
LONGEST_WINDOW = timedelta(hours=4)
"""No line's windows are longer."""
PLACE_KEPT = timedelta(days=1)
"""How long somebody whom we could not reach has the old place in line."""


@dataclass(frozen=True)
class Load:
    """A line at one moment: contacts before somebody who arrived at a certain time, agents, handle time.

    `skilled` is how many of the agents have the skills that somebody asks for, None if she asks for none.
    `promised` of those ahead wait for our call and cannot hang up; the others do at the rate `leaving` (1/s).
    """

    ahead: int
    free_agents: int
    agents: int
    handle: timedelta
    skilled: int | None = None
    promised: int = 0
    leaving: float = 0.0

    def wait(self) -> WaitEstimate | None:
        """Return the wait that this load means, None with nobody at work."""
        leaving = self.leaving * (self.ahead - self.promised) / self.ahead if self.ahead else 0.0
        if self.skilled is not None:
            return estimate_wait_for_skill(
                self.ahead, self.free_agents, self.agents, self.skilled, self.handle, leaving
            )
        return estimate_wait(self.ahead, self.free_agents, self.agents, self.handle, leaving)


def _waiting(table: type[Call] | type[Callback], waiting: str) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(table)
        .where(
            col(table.line_id) == bindparam("line_id"),
            col(table.status) == waiting,
            col(table.arrived_at) < bindparam("arrived_at"),
        )
        .scalar_subquery()
    )


def _agents(statuses: Iterable[AgentStatus]) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Agent)
        .join(AgentLine, col(AgentLine.agent_id) == col(Agent.id))
        .where(
            col(AgentLine.line_id) == bindparam("line_id"), col(Agent.status).in_(list(statuses))
        )
        .scalar_subquery()
    )


def _load_statement() -> Select[Any]:
    recent = (
        select(col(Call.handle_seconds))
        .where(col(Call.line_id) == bindparam("line_id"), col(Call.handle_seconds) > 0)
        .order_by(col(Call.arrived_at).desc())
        .limit(RECENT_CALLS)
        .subquery()
    )
    latest = (
        select(col(Call.wait_seconds), col(Call.outcome))
        .where(col(Call.line_id) == bindparam("line_id"))
        .order_by(col(Call.arrived_at).desc())
        .limit(RECENT_WAITS)
        .subquery()
    )
    hung_up = case((latest.c.outcome == CallOutcome.ABANDONED, 1), else_=0)
    return sa_select(
        _waiting(Call, CallStatus.WAITING),
        _waiting(Callback, CallbackStatus.WAITING),
        _agents([AgentStatus.AVAILABLE]),
        _agents(AT_WORK),
        select(func.count(recent.c.handle_seconds)).scalar_subquery(),
        select(func.sum(recent.c.handle_seconds)).scalar_subquery(),
        select(func.sum(hung_up)).select_from(latest).scalar_subquery(),
        select(func.sum(latest.c.wait_seconds)).scalar_subquery(),
    )


# Asked for at every announcement to every waiting caller: putting it together costs more than answering it.
_LOAD = _load_statement()
_TAKEN = (
    sa_select(col(Callback.promised_from), col(Callback.promised_until), func.count())
    .where(
        col(Callback.line_id) == bindparam("line_id"),
        col(Callback.kind) == CallbackKind.SCHEDULED,
        # Implied by the next, and what an index can begin with: without it all that ever was is read.
        col(Callback.promised_from) > bindparam("since"),
        col(Callback.promised_until) > bindparam("now"),
        col(Callback.status).in_(list(OPEN)),
        col(Callback.id) != bindparam("but_for"),
    )
    .group_by(col(Callback.promised_from), col(Callback.promised_until))
)


_SKILLS = (
    sa_select(col(Agent.skills))
    .join(AgentLine, col(AgentLine.agent_id) == col(Agent.id))
    .where(col(AgentLine.line_id) == bindparam("line_id"), col(Agent.status).in_(list(AT_WORK)))
)


async def skills_at_work(session: AsyncSession, line_id: str) -> tuple[frozenset[str], ...]:
    """Return the skills of each agent at work on a line who has any."""
    connection = await session.connection()
    rows = (await connection.execute(_SKILLS, {"line_id": line_id})).scalars()
    return tuple(frozenset(skills) for skills in rows if skills)


def with_skills(agents: Iterable[frozenset[str]], wanted: Collection[str]) -> int:
    """Return how many agents, of whom these are the skills, have all that are wanted."""
    return sum(skills.issuperset(wanted) for skills in agents)


async def load_of(session: AsyncSession, line: Line, arrived_at: datetime) -> Load:
    """Return the load that stands before somebody who arrived at `arrived_at`, in one question."""
    connection = await session.connection()
    row = (await connection.execute(_LOAD, {"line_id": line.id, "arrived_at": arrived_at})).one()
    calls, callbacks, free, at_work, handled, seconds, hung_up, waited = row
    handle = mean_handle(int(handled), float(seconds or 0), line.expected_handle_seconds)
    return Load(
        ahead=calls + callbacks,
        free_agents=free,
        agents=at_work,
        handle=handle,
        promised=callbacks,
        leaving=leaving_rate(int(hung_up or 0), float(waited or 0)),
    )


@dataclass(frozen=True)
class Rooms:
    """The windows of a line in which one more promise can be kept, from any instant on.

    None begins before those who already wait can have been served, nor within five minutes, and none that
    is not `allowed` to be offered to the person at hand.
    """

    line: Line
    now: datetime
    earliest: datetime
    capacity: Callable[[Window], int]
    taken: Callable[[Window], int]
    allowed: Callable[[Window], bool]

    def after(self, instant: datetime | None = None, count: int = WINDOWS_OFFERED) -> list[Window]:
        """Return the next windows with room; the first may have begun just before `instant`."""
        return with_room(self._windows(instant), self._room, count)

    def from_on(self, instant: datetime, count: int) -> list[Window]:
        """Return the next windows with room that begin no sooner than `instant`."""
        return [each for each in self.after(instant, count + 1) if each.start >= instant][:count]

    def days(self, count: int, zone: ZoneInfo) -> list[Window]:
        """Return the first window with room of each of the next local days after today."""
        found: list[Window] = []
        today = self.now.astimezone(zone).date()
        for window in self._windows(None):
            day = window.start.astimezone(zone).date()
            seen = found[-1].start.astimezone(zone).date() if found else today
            if day > seen and self._room(window) > 0:
                found.append(window)
                if len(found) == count:
                    break
        return found

    def _room(self, window: Window) -> int:
        return self.capacity(window) - self.taken(window) if self.allowed(window) else 0

    def _windows(self, instant: datetime | None) -> Iterator[Window]:
        earliest = self.earliest
        if instant is not None:
            # The window that holds the instant counts too.
            earliest = max(earliest, instant - self.line.window + timedelta(seconds=1))
        return windows_of(daily_openings_from(self.line, earliest), self.line.window, earliest)


def whole_minute(instant: datetime) -> datetime:
    """Return the first whole minute that is not before `instant`."""
    floor = instant.replace(second=0, microsecond=0)
    return floor if floor == instant else floor + timedelta(minutes=1)


def rooms_for(
    line: Line,
    load: Load,
    now: datetime,
    taken: Callable[[Window], int],
    allowed: Callable[[Window], bool],
    outlook: Outlook | None = None,
) -> Rooms:
    """Return what can be promised on a line with this load, where `taken` counts what already is."""
    wait = load.wait()
    earliest = whole_minute(now + max(LEAD, wait.high if wait is not None else LEAD))
    return Rooms(line, now, earliest, capacity_of(line, load, outlook), taken, allowed)


def capacity_of(line: Line, load: Load, outlook: Outlook | None) -> Callable[[Window], int]:
    """Return what tells how many promises a window can bear: by plan and forecast where there are both.

    Elsewhere the line's fixed limit decides, or half of the agents now at work. A limit of 0 means never.
    """
    blind = window_capacity(load.agents, line.window, load.handle, line.callbacks_per_window)
    if outlook is None or line.callbacks_per_window == 0:
        return lambda _: blind
    foreseen = outlook

    def capacity(window: Window) -> int:
        seen = foreseen.capacity(window.start, window.until)
        return blind if seen is None else seen

    return capacity


async def rooms_of(
    session: AsyncSession, line: Line, load: Load, now: datetime, allowed: Callable[[Window], bool]
) -> Rooms:
    """Return what can be promised on a line at this moment."""
    taken = await promises_in(session, line.id, now)
    outlook = await outlook_of(session, line.id, now)
    return rooms_for(line, load, now, taken, allowed, outlook)


async def room_in(
    session: AsyncSession,
    line: Line,
    window: Window,
    load: Load,
    now: datetime,
    *,
    but_for: str = "",
) -> int:
    """Return how many more promises `window` can bear, not counting the callback `but_for`."""
    taken = await promises_in(session, line.id, now, but_for)
    outlook = await outlook_of(session, line.id, now)
    return capacity_of(line, load, outlook)(window) - taken(window)


async def score_of(
    session: AsyncSession, line: Line, window: Window, now: datetime, *, but_for: str = ""
) -> float | None:
    """Return how surely one more promise in `window` is kept (`Margin.score`), None where nobody knows."""
    outlook = await outlook_of(session, line.id, now)
    margin = None if outlook is None else outlook.margin(window.start, window.until)
    if margin is None:
        return None
    taken = await promises_in(session, line.id, now, but_for)
    return margin.score(taken(window) + 1)


async def promises_in(
    session: AsyncSession, line_id: str, now: datetime, but_for: str = ""
) -> Callable[[Window], int]:
    """Return what counts the promises that a window shares time with, wherever they begin."""
    connection = await session.connection()
    values = {"line_id": line_id, "now": now, "since": now - LONGEST_WINDOW, "but_for": but_for}
    rows = sorted((await connection.execute(_TAKEN, values)).all())
    starts = [start for start, _, _ in rows]

    def taken(window: Window) -> int:
        begun = rows[: bisect_left(starts, window.until)]
        return sum(count for _, until, count in begun if window.start < until)

    return taken


def asap_for(load: Load, opening: Opening | None, now: datetime) -> Window | None:
    """Return the window to promise to somebody who keeps the place in line, None if it cannot be kept.

    `opening` is the one in which `now` lies.
    """
    wait = load.wait()
    if wait is None or opening is None:
        return None
    return asap_window(now, wait.high, opening.closes)


def is_overloaded(line: Line, load: Load) -> bool:
    """Tell whether more people wait before somebody than the line calls back in their turn."""
    return overloaded(load.wait(), load.ahead, line.offer_up_to_seconds, line.offer_up_to_waiting)


def offer_for(line: Line, load: Load, asap: Window | None, windows: tuple[Window, ...]) -> Offer:
    """Return what a caller with this load before them may be promised now, of what could be kept."""
    return decide_offer(
        threshold_seconds=line.offer_after_seconds,
        waiting=load.ahead,
        waiting_threshold=line.offer_when_waiting,
        estimate=load.wait(),
        asap=asap,
        windows=windows,
        overload=is_overloaded(line, load),
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
