"""What a line can promise at this moment: its load, the wait, and the windows with room."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import col, func
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.lines.hours import Opening, daily_openings_from
from callback.lines.line import Line
from callback.lines.offer import Offer, Window, decide_offer, overloaded
from callback.promises.callback import Callback, CallbackKind
from callback.promises.capacity import Outlook, window_capacity
from callback.promises.lifecycle import OPEN
from callback.promises.load import Load
from callback.promises.outlook import outlook_of
from callback.promises.windows import asap_window, windows_of, with_room

WINDOWS_OFFERED = 3
LEAD = timedelta(minutes=5)
LONGEST_WINDOW = timedelta(hours=4)
"""No line's windows are longer."""

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
    if outlook is None:
        return None
    taken = await promises_in(session, line.id, now, but_for)
    return outlook.score(window.start, window.until, taken(window) + 1)


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
