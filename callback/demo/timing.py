"""The hurried clock of a run: when it starts, and what instants of the day it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callback.clock import Clock, clock_from, scaled_clock_spec


def midnight_of(on: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone, as UTC."""
    return datetime.combine(on, time(), ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True)
class Course:
    """The played part of a day on a clock `rate` times as fast as the machine's.

    `spec` is what every process is given; the clock starts before `opens`, so that web and worker are up
    and the agents at their desks when the first caller rings.
    """

    spec: str
    rate: float
    midnight: datetime
    opens: datetime
    closes: datetime

    @property
    def clock(self) -> Clock:
        """Return the clock that the processes of the run share."""
        return clock_from(self.spec)

    def not_before(self, instant: datetime) -> Course:
        """Return the course moved so that it opens no sooner than `instant`, the clock being what it is.

        A machine slower than expected starts the day a little later; it must not begin with a crowd of
        callers whose time has passed.
        """
        late = max(timedelta(0), instant - self.opens)
        return replace(
            self,
            midnight=self.midnight + late,
            opens=self.opens + late,
            closes=self.closes + late,
        )

    def offset(self, now: datetime) -> timedelta:
        """Return how far into its day an instant is."""
        return now - self.midnight

    def progress(self, now: datetime) -> float:
        """Return the share (0–1) of the played hours that has passed."""
        return max(0.0, min(1.0, (now - self.opens) / (self.closes - self.opens)))


def course(
    midnight: datetime, hours: tuple[timedelta, timedelta], rate: float, lead: timedelta
) -> Course:
    """Return a course whose clock, `lead` of the machine's time from now, shows the opening hour."""
    opens, closes = midnight + hours[0], midnight + hours[1]
    spec = scaled_clock_spec(opens - lead * rate, rate)
    return Course(spec, rate, midnight, opens, closes)
