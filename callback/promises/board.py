"""The board of a line: what all its waiting callers have in common, read once for all of them.

Waiting callers ask every few seconds, each of the same line. What they hear may be a second old, as spoken
words are anyway; whatever is promised is checked anew in the transaction that writes it down.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, literal, union_all
from sqlalchemy import select as sa_select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call, CallStatus
from callback.clock import Clock
from callback.database import Database
from callback.errors import NotFound
from callback.lines.directory import get_line
from callback.lines.hours import Opening, current_opening, is_open
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.callback import Callback
from callback.promises.capacity import Outlook
from callback.promises.lifecycle import CallbackStatus
from callback.promises.load import Load, load_of, skills_at_work, with_skills
from callback.promises.offering import Rooms, asap_for, promises_in, rooms_for
from callback.promises.outlook import outlook_of
from callback.together import Together

FRESH = timedelta(seconds=1)

_ARRIVALS = union_all(
    sa_select(col(Call.arrived_at), literal(value=False)).where(
        col(Call.line_id) == bindparam("line_id"), col(Call.status) == CallStatus.WAITING
    ),
    sa_select(col(Callback.arrived_at), literal(value=True)).where(
        col(Callback.line_id) == bindparam("line_id"),
        col(Callback.status) == CallbackStatus.WAITING,
    ),
)


@dataclass(frozen=True)
class Board:
    """A line at one instant: who waits since when, who is at work, and what is promised already.

    `skills` are those of each agent at work who has any; `promised` are the arrivals of those who wait for our
    call, `leaving` is the rate at which any other hangs up (1/s).
    """

    line: Line
    read_at: datetime
    arrivals: list[datetime]
    free_agents: int
    agents: int
    handle: timedelta
    taken: Callable[[Window], int]
    opening: Opening | None
    outlook: Outlook | None = None
    skills: tuple[frozenset[str], ...] = ()
    promised: tuple[datetime, ...] = ()
    leaving: float = 0.0
    _offered: dict[tuple[datetime, tuple[str, ...]], tuple[Window, ...]] = field(
        default_factory=dict
    )

    def load_before(self, arrived_at: datetime, wanted: Collection[str] = ()) -> Load:
        """Return the load that stands before somebody who arrived then, for an agent with these skills."""
        ahead = bisect_left(self.arrivals, arrived_at)
        skilled = self.skilled(wanted) if wanted else None
        promised = bisect_left(self.promised, arrived_at)
        return Load(
            ahead, self.free_agents, self.agents, self.handle, skilled, promised, self.leaving
        )

    def skilled(self, wanted: Collection[str]) -> int:
        """Return how many agents at work have all these skills."""
        return with_skills(self.skills, wanted)

    @property
    def supervisors(self) -> int:
        """How many supervisors are at work, as the line names them by a skill."""
        skill = self.line.supervisor_skill
        return self.skilled([skill]) if skill else 0

    def rooms(self, load: Load, now: datetime, allowed: Callable[[Window], bool]) -> Rooms:
        """Return what can be promised to somebody with this load before them."""
        return rooms_for(self.line, load, now, self.taken, allowed, self.outlook)

    def windows(self, rooms: Rooms, zones: tuple[str, ...]) -> tuple[Window, ...]:
        """Return the windows to offer first; many who wait are offered the same ones.

        `zones` are those in which the phone at hand may be, by which `rooms` was told what is allowed.
        """
        key = (rooms.earliest, zones)
        found = self._offered.get(key)
        if found is None:
            found = self._offered[key] = tuple(rooms.after())
        return found

    def is_open(self, now: datetime) -> bool:
        """Tell whether the line is open at `now`, which is not before the reading."""
        return (self.opening is not None and now < self.opening.closes) or is_open(self.line, now)

    def asap(self, load: Load, now: datetime) -> Window | None:
        """Return the window to promise to somebody who keeps the place in line, if it can be kept."""
        return asap_for(load, self.opening, now)


async def read_board(session: AsyncSession, line: Line, now: datetime) -> Board:
    """Return the board of a line as the database has it."""
    load = await load_of(session, line, now)
    connection = await session.connection()
    rows = (await connection.execute(_ARRIVALS, {"line_id": line.id})).all()
    taken = await promises_in(session, line.id, now)
    opening = current_opening(line, now)
    outlook = await outlook_of(session, line.id, now)
    skills = await skills_at_work(session, line.id)
    return Board(
        line,
        now,
        sorted(arrived_at for arrived_at, _ in rows),
        load.free_agents,
        load.agents,
        load.handle,
        taken,
        opening,
        outlook,
        skills,
        tuple(sorted(arrived_at for arrived_at, is_promised in rows if is_promised)),
        load.leaving,
    )


class Boards:
    """The boards of a process, read anew when they are older than a second.

    An instant that stands still is a test's: there, every reading is fresh.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._boards: dict[str, Board] = {}
        self._reading: Together[str, Board] = Together(self._read)

    async def of(self, line_id: str) -> Board:
        """Return the board of a line.

        Raises:
            NotFound: there is no such line.

        """
        board = self._boards.get(line_id)
        if board is not None and timedelta(0) < self._clock.now() - board.read_at < FRESH:
            return board
        fresh = await self._reading.ask(line_id)
        if fresh is None:
            raise NotFound("line", line_id)
        return fresh

    async def _read(self, line_ids: list[str]) -> dict[str, Board]:
        found: dict[str, Board] = {}
        async with self._database.reading() as session:
            for line_id in line_ids:
                now = self._clock.now()
                try:
                    line = await get_line(session, line_id)
                except NotFound:
                    continue
                found[line_id] = await read_board(session, line, now)
        self._boards.update(found)
        return found
