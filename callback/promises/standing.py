"""What stands before and against new promises on one line, read in the transaction that writes them down."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import bindparam, union_all
from sqlalchemy import select as sa_select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call, CallStatus
from callback.lines.hours import Opening, current_opening
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.callback import Callback, CallbackKind
from callback.promises.capacity import Outlook
from callback.promises.do_not_call import listed_among
from callback.promises.lifecycle import CallbackStatus
from callback.promises.load import Load, load_of, skills_at_work, with_skills
from callback.promises.offering import asap_for, capacity_of, promises_in
from callback.promises.outlook import outlook_of
from callback.promises.owed import open_callbacks_of

_ARRIVED_BETWEEN = union_all(
    *(
        sa_select(col(table.arrived_at)).where(
            col(table.line_id) == bindparam("line_id"),
            col(table.status) == waiting,
            col(table.arrived_at) >= bindparam("first"),
            col(table.arrived_at) < bindparam("last"),
        )
        for table, waiting in ((Call, CallStatus.WAITING), (Callback, CallbackStatus.WAITING))
    )
)


@dataclass
class Standing:
    """A line at one instant towards some people: its load, its promises, who is not to be called, who is owed.

    `load` stands before the first of them, and `between` arrived those who wait between first and last;
    `opening` is the one in which `now` lies.
    """

    line: Line
    now: datetime
    load: Load
    between: list[datetime]
    taken: Callable[[Window], int]
    listed: set[str]
    owed: dict[str, Callback]
    outlook: Outlook | None = None
    skills: tuple[frozenset[str], ...] = ()
    opening: Opening | None = None
    _given: list[Window] = field(default_factory=list)

    def room_in(self, window: Window) -> int:
        """Return how many more promises `window` can bear."""
        return self._capacity(window) - self.taken(window) - self._given_in(window)

    def score_in(self, window: Window) -> float | None:
        """Return how surely one more promise in `window` is kept, None where nobody knows."""
        if self.outlook is None:
            return None
        promises = self.taken(window) + self._given_in(window) + 1
        return self.outlook.score(window.start, window.until, promises)

    def load_before(self, arrived_at: datetime, wanted: Collection[str] = ()) -> Load:
        """Return the load that stands before one of these people, for an agent with these skills."""
        ahead = self.load.ahead + bisect_left(self.between, arrived_at)
        skilled = with_skills(self.skills, wanted) if wanted else None
        return replace(self.load, ahead=ahead, skilled=skilled)

    def asap(self, load: Load) -> Window | None:
        """Return the window to promise to somebody who keeps the place in line, if it can be kept."""
        return asap_for(load, self.opening, self.now)

    def _given_in(self, window: Window) -> int:
        return sum(one.start < window.until and window.start < one.until for one in self._given)

    def _capacity(self, window: Window) -> int:
        return capacity_of(self.line, self.load, self.outlook)(window)

    def promise(self, callback: Callback) -> None:
        """Reckon with a promise from now on."""
        self.owed[callback.phone_number] = callback
        if callback.kind == CallbackKind.SCHEDULED:
            self._given.append(Window(callback.promised_from, callback.promised_until))


async def read_standing(
    session: AsyncSession,
    line: Line,
    numbers: Collection[str],
    arrivals: Collection[datetime],
    now: datetime,
    *,
    wants_skills: bool = False,
) -> Standing:
    """Return how a line stands towards people at `numbers` who arrived at `arrivals`.

    The agents' skills are read only if somebody wants some.
    """
    first, last = min(arrivals), max(arrivals)
    return Standing(
        line=line,
        now=now,
        load=await load_of(session, line, first),
        between=await _arrived_between(session, line, first, last),
        taken=await promises_in(session, line.id, now),
        listed=await listed_among(session, numbers),
        owed=await open_callbacks_of(session, line.id, numbers),
        outlook=await outlook_of(session, line.id, now),
        skills=await skills_at_work(session, line.id) if wants_skills else (),
        opening=current_opening(line, now),
    )


async def _arrived_between(
    session: AsyncSession, line: Line, first: datetime, last: datetime
) -> list[datetime]:
    if first == last:
        return []
    connection = await session.connection()
    values = {"line_id": line.id, "first": first, "last": last}
    return sorted((await connection.execute(_ARRIVED_BETWEEN, values)).scalars())
