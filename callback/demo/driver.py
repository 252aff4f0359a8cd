"""Playing a day: two installations, one without and one with callbacks, on one clock with the same people."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from callback.demo.board import Board, Picture
from callback.demo.day import Day
from callback.demo.figures import Figures
from callback.demo.history import write_history
from callback.demo.people import agents, most_agents, scenario
from callback.demo.processes import DemoFailed
from callback.demo.report import Run, Service, draw_report
from callback.demo.roster import Roster
from callback.demo.stack import ZONE, Stack
from callback.demo.timing import Course, course, midnight_of
from callback.demo.tomorrow import tomorrow_lines

TICK_SECONDS = 0.5
# Promises for a later time fall after the last caller; nothing that may still be promised lies beyond this.
DRAIN_AT_MOST = timedelta(hours=2)
# Reports are asked for a span that surely holds everything that happened.
MARGIN = timedelta(hours=3)
SIMULATOR_STARTS_WITHIN = timedelta(seconds=2)
# Starting web and worker takes about this many times as long as making the database did.
LEAD_FACTOR = 3.0
LEAD_AT_LEAST_SECONDS = 8.0
OFFER_AFTER_SECONDS = 45


@dataclass(frozen=True)
class Options:
    """How a day is to be played. `past` are the figures from which the weeks before it are drawn."""

    rate: float
    seed: int
    hours: tuple[timedelta, timedelta]
    seconds_at_most: float
    keep: Path | None = None
    past: Figures | None = None
    history: Path | None = None


def clock_face(offset: timedelta) -> str:
    """Return an offset from midnight as `10:30`."""
    minutes = offset // timedelta(minutes=1)
    return f"{minutes // 60}:{minutes % 60:02d}"


async def play_day(day: Day, options: Options, console: Console) -> bool:
    """Play the day twice at once, show it, report it; say whether every callback came to an end.

    Raises:
        DemoFailed: a process died, or a server refused what the demo asked.

    """
    began = time.monotonic()
    played = day.between(*options.hours)
    if not played.callers:
        raise DemoFailed(f"nobody calls between {' and '.join(map(clock_face, options.hours))}")
    with tempfile.TemporaryDirectory(
        prefix="callback-demo-", ignore_cleanup_errors=True
    ) as temporary:
        folder = options.keep or Path(temporary)
        if options.past is not None:
            path = Path(temporary) / "history.csv"
            write_history(path, options.past, day.on, options.seed)
            options = replace(options, history=path)
        stacks = [
            Stack("Without callbacks", folder / "without", None),
            Stack("With callbacks", folder / "with", OFFER_AFTER_SECONDS),
        ]
        async with AsyncExitStack() as cleanup:
            for stack in stacks:
                cleanup.push_async_callback(stack.close)
            picture = Picture([stack.title for stack in stacks], ZoneInfo(ZONE))
            picture.heading = f"Callback · {day.title}"
            picture.states = [None for _ in stacks]
            with Board(console, picture) as board:
                show = Show(played, options, stacks, board)
                await show.start()
                unfinished = await show.until_over(began)
                board.note("The day is over.")
            services = [await show.service(stack) for stack in stacks]
            tomorrow = await tomorrow_of(stacks[1], day)
    run = Run(
        day=day.title,
        source=day.source,
        hours=" to ".join(map(clock_face, options.hours)),
        rate=options.rate,
        people=len(played.callers),
        agents=show.staffing(),
        seconds=time.monotonic() - began,
        unfinished=unfinished,
        answer_seconds=show.answer_seconds(),
    )
    console.print(draw_report(run, services[0], services[1], tomorrow))
    return unfinished == 0


async def tomorrow_of(stack: Stack, day: Day) -> list[str]:
    """Return what the project says of the next day's peaks and staffing.

    That is the forecast which the worker keeps and which decides what is promised. Where it has none yet, the
    commands say what the log as it now is gives.
    """
    following = day.on + timedelta(days=1)
    try:
        kept = await stack.api.get("/api/v1/staffing", line_id=stack.line_id, first="0", days="3")
        if lines := tomorrow_lines(kept["items"], following):
            return lines
    except DemoFailed:
        pass
    tomorrow = following.isoformat()
    staffing = ("staffing", stack.line_id, "--days", "1", "--as-of", tomorrow, "--shrinkage", "0")
    # A log of a single day is too little to say anything of the next; its own peaks are known.
    for command in (staffing, ("peaks", stack.line_id, "--as-of", tomorrow)):
        try:
            return (await stack.command(*command)).rstrip().splitlines()
        except DemoFailed:
            continue
    return []


class Show:
    """A day on stage: the stacks, their agents, and the clock they share."""

    def __init__(self, day: Day, options: Options, stacks: list[Stack], board: Board) -> None:
        self._day = day
        self._options = options
        self._stacks = stacks
        self._board = board
        self._rosters: list[Roster] = []
        self._answers: list[float] = []
        self._course: Course | None = None
        self._agents = agents(most_agents(day, *options.hours), options.seed)

    @property
    def course(self) -> Course:
        """Return the clock's course; only after `start`."""
        if self._course is None:
            raise DemoFailed("the clock has not been started")
        return self._course

    def staffing(self) -> str:
        """Return the agents of the played hours in words."""
        first, last = self._options.hours
        half_hours = (last - first) // timedelta(minutes=30)
        counts = [self._day.agents_at(first + i * timedelta(minutes=30)) for i in range(half_hours)]
        low, high = min(counts, default=0), max(counts, default=0)
        return f"{low}" if low == high else f"{low} to {high}"

    def answer_seconds(self) -> float:
        """Return how long the API usually took to say how things are: the median, in the machine's time."""
        return median(self._answers) if self._answers else 0.0

    async def start(self) -> None:
        """Bring up both stacks and let the callers come."""
        began = time.monotonic()
        self._board.note("Making two databases …")
        await asyncio.gather(*(stack.prepare() for stack in self._stacks))
        lead = max(LEAD_AT_LEAST_SECONDS, LEAD_FACTOR * (time.monotonic() - began))
        midnight = midnight_of(self._day.on, ZONE)
        self._course = course(
            midnight, self._options.hours, self._options.rate, timedelta(seconds=lead)
        )
        self._board.note("Starting web, worker and simulator, twice …")
        await asyncio.gather(*(self._furnish(stack) for stack in self._stacks))
        ready = self.course.clock.now() + SIMULATOR_STARTS_WITHIN * self._options.rate
        self._course = self.course.not_before(ready)
        await asyncio.gather(*(self._invite(stack) for stack in self._stacks))
        self._rosters = [Roster(stack) for stack in self._stacks]
        await self._staff()
        self._board.note(
            f"{len(self._day.callers)} people call between"
            f" {' and '.join(map(clock_face, self._options.hours))};"
            f" the clock runs {self._options.rate:g} times as fast."
        )

    async def _furnish(self, stack: Stack) -> None:
        await stack.open(self.course.spec)
        await stack.settle(self._agents)
        if self._options.history is not None:
            await stack.command("import-calls", str(self._options.history), "--line", stack.line_id)

    async def _invite(self, stack: Stack) -> None:
        await stack.begin(self._agents, scenario(self._day, self.course.midnight))

    async def _staff(self) -> None:
        opening = self._options.hours[0]
        offset = max(opening, self.course.offset(self.course.clock.now()))
        # The last half-hour's agents stay until the last promise has been dealt with.
        last = self._options.hours[1] - timedelta(seconds=1)
        wanted = self._day.agents_at(min(offset, last))
        await asyncio.gather(*(roster.staff(wanted) for roster in self._rosters))

    async def until_over(self, began: float) -> int:
        """Play until nobody calls, waits, talks or is owed a call; return what was left open at the end."""
        while True:
            for stack in self._stacks:
                stack.check()
            await self._staff()
            left = await self._look()
            seconds = time.monotonic()
            self._board.show(seconds)
            now = self.course.clock.now()
            if now >= self.course.closes and left == 0:
                return 0
            if (
                now >= self.course.closes + DRAIN_AT_MOST
                or seconds - began > self._options.seconds_at_most
            ):
                return sum(state["promises_open"] for state in self._board.picture.states if state)
            await asyncio.sleep(TICK_SECONDS)

    async def _look(self) -> int:
        asked = time.monotonic()
        states = await asyncio.gather(*(stack.live() for stack in self._stacks))
        self._answers.append(time.monotonic() - asked)
        self._board.picture.states = list(states)
        self._board.picture.now = self.course.clock.now()
        self._board.picture.progress = self.course.progress(self._board.picture.now)
        return sum(map(unsettled, states))

    async def service(self, stack: Stack) -> Service:
        """Return the report of one run.

        Raises:
            Refused: the API did not give it.

        """
        found: dict[str, Any] = await stack.api.get(
            "/api/v1/reports/service",
            line_id=stack.line_id,
            **{
                "from": (self.course.opens - MARGIN).isoformat(),
                "to": (self.course.closes + DRAIN_AT_MOST + MARGIN).isoformat(),
            },
        )
        return Service.from_json(found)


def unsettled(state: dict[str, Any]) -> int:
    """Return how many people wait, talk or are owed a call."""
    talking = state["agents"].get("busy", 0) + state["agents"].get("reserved", 0)
    return int(state["waiting"] + state["promises_open"] + talking)
