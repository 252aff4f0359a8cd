"""Where time comes from: the system, a hurried run, or a test's hand.

Nothing else in the project reads the wall clock. Three kinds share one protocol, so that web, worker and
simulator can be told one story about time: `SystemClock` in production, `ScaledClock` when a day is to
pass in minutes (every process computes the same instant from the same three numbers), and `ManualClock`
in tests, where time stands still until it is moved.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time as aware UTC and waits for it to pass."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Return once `duration` of this clock's time has passed; at once if it is not positive."""
        ...

    def real_delay(self, until: datetime) -> timedelta:
        """Return how long the machine itself must wait for `until`; zero if it has passed.

        For engines with a clock of their own (arq's deferrals): they are given this delay, not the instant.
        """
        ...


def _system_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that may


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the system's present instant."""
        return _system_now()

    async def sleep(self, duration: timedelta) -> None:
        """Sleep in real time."""
        await asyncio.sleep(max(0.0, duration.total_seconds()))

    def real_delay(self, until: datetime) -> timedelta:
        """Return the plain difference, never negative."""
        return max(timedelta(0), until - self.now())


@dataclass(frozen=True)
class ScaledClock:
    """A clock that runs `rate` times as fast as the machine's.

    At the machine's instant `real_start` it shows `start`. Processes that are given the same three values
    agree on the time without talking to each other.
    """

    start: datetime
    real_start: datetime
    rate: float

    def __post_init__(self) -> None:
        """Refuse values from which no time can be computed."""
        if not (self.rate > 0 and math.isfinite(self.rate)):
            raise ValueError(f"a clock's rate must be positive and finite, not {self.rate}")
        if self.start.tzinfo is None or self.real_start.tzinfo is None:
            raise ValueError("a scaled clock needs aware instants")

    def now(self) -> datetime:
        """Return the hurried instant."""
        return self.start.astimezone(UTC) + (_system_now() - self.real_start) * self.rate

    async def sleep(self, duration: timedelta) -> None:
        """Sleep `duration` of hurried time."""
        await asyncio.sleep(max(0.0, duration.total_seconds() / self.rate))

    def real_delay(self, until: datetime) -> timedelta:
        """Return the difference divided by the rate, never negative."""
        return max(timedelta(0), (until - self.now()) / self.rate)


class ManualClock:
    """A clock that stands still until it is moved; whoever sleeps on it is woken in order of time."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock's start must be aware")
        self._now = start.astimezone(UTC)
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """Return the instant to which the clock was last moved."""
        return self._now

    async def sleep(self, duration: timedelta) -> None:
        """Park until the clock has been moved far enough."""
        if duration <= timedelta(0):
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + duration, next(self._order), woken))
        await woken

    def real_delay(self, until: datetime) -> timedelta:
        """Return zero: no machine time passes on a clock moved by hand."""
        del until
        return timedelta(0)

    def next_wake(self) -> datetime | None:
        """Return the earliest instant for which somebody sleeps, or None."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def move_to(self, instant: datetime) -> None:
        """Set the time to `instant` and wake everyone whose time has come; never moves backwards."""
        if instant.tzinfo is None:
            raise ValueError("a clock is moved to an aware instant")
        instant = instant.astimezone(UTC)
        while (wake := self.next_wake()) is not None and wake <= instant:
            _, _, woken = heapq.heappop(self._sleepers)
            self._now = max(self._now, wake)
            woken.set_result(None)
        self._now = max(self._now, instant)

    def move(self, duration: timedelta) -> None:
        """Move the time forward by `duration`."""
        self.move_to(self._now + duration)


def clock_from(spec: str) -> Clock:
    """Return the clock that a setting names.

    Empty means the system's. `START,REAL_START,RATE` (two ISO 8601 instants with offset, and a number) is a
    hurried one; all processes of a run are given the same text.

    Raises:
        ValueError: the text is neither; the message says what is expected.

    """
    if not spec:
        return SystemClock()
    try:
        start, real_start, rate = spec.split(",")
        return ScaledClock(
            datetime.fromisoformat(start), datetime.fromisoformat(real_start), float(rate)
        )
    except ValueError as error:
        raise ValueError(
            f"CLOCK must be empty or START,REAL_START,RATE with aware ISO 8601 instants, not {spec!r}: {error}"
        ) from error


def scaled_clock_spec(start: datetime, rate: float) -> str:
    """Return the text for `clock_from` of a clock that shows `start` now and runs `rate` times as fast."""
    return f"{start.astimezone(UTC).isoformat()},{_system_now().isoformat()},{rate:g}"
