"""From a forecast and a plan to what is left for callbacks, interval by interval; the source of an outlook."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callback.forecasting.snapshot import SnapshotRow

BAND_IN_SPREADS = 2.563
"""Eight in ten of a normal variable lie within so many standard deviations, from q10 to q90."""
HIGHEST_OCCUPANCY = 0.92
"""The share of their time that agents may at most be busy, callbacks included."""
PLAN_SPREAD = 0.1
"""How much the agents who are there differ from those who are planned, as a share."""
MEMORY = timedelta(hours=3)
"""After so long a departure from the plan is expected to have shrunk to 1/e."""


@dataclass(frozen=True)
class Today:
    """How the day goes so far.

    `level`: calls that came / calls that were due. `presence`: agents at work / agents who were to be there.
    `ends_at` is the end of the local day, up to which the level holds.
    """

    now: datetime
    ends_at: datetime
    level: float = 1.0
    presence: float = 1.0


@dataclass(frozen=True)
class Work:
    """What a callback takes: `handle_seconds` of an agent for each of its `attempts` (mean, at least 1)."""

    handle_seconds: float
    attempts: float = 1.0

    def callbacks(self, agents: float, interval: timedelta) -> float:
        """Return how many callbacks `agents` can place in an interval."""
        return agents * interval.total_seconds() / (self.handle_seconds * self.attempts)


@dataclass(frozen=True)
class Margins:
    """Per interval: agents planned and there, load of live callers in erlangs, callbacks free, their spread."""

    planned: list[float | None]
    load: list[float]
    free: list[float | None]
    spread: list[float]


def presence_now(at_work: int, expected: float) -> float:
    """Return by how much more agents are at work than were to be there, steadied by one agent.

    >>> presence_now(3, 7.0)
    0.5
    """
    return min(1.5, (at_work + 1.0) / (expected + 1.0))


def margins_of(
    rows: Sequence[SnapshotRow],
    planned: Sequence[float | None],
    interval: timedelta,
    today: Today,
    work: Work,
    shrinkage: float,
) -> Margins:
    """Return what is left for callbacks in each interval of a forecast.

    Free is the time of the agents who will be there that live callers leave, up to an occupancy that people can
    bear: (planned × (1 − shrinkage) × occupancy − load) × interval / (handle time × attempts), with the load
    calls × handle time / interval. Calls take the handle time that is forecast for their interval, callbacks
    that of all calls. The agents who stand by so that live callers are answered at once are not taken off: a
    callback may wait for its moment within the window, which is what it is good for. `planned` is None where
    there is no plan. The spread has two parts: the forecast's band, each call in the time that it takes, and
    agents who do not come.
    """
    found = Margins([], [], [], [])
    for row, agents in zip(rows, planned, strict=True):
        level = today.level if row.start < today.ends_at else 1.0
        handle = row.handle_seconds or work.handle_seconds
        load = row.mean * level * handle / interval.total_seconds()
        per_call = handle / work.handle_seconds / work.attempts
        calls_spread = level * (row.q90 - row.q10) / BAND_IN_SPREADS * per_call
        found.load.append(round(load, 3))
        if agents is None:
            found.planned.append(None)
            found.free.append(None)
            found.spread.append(calls_spread)
            continue
        there = agents * (1.0 - shrinkage) * _presence(row.start, today)
        found.planned.append(round(there, 3))
        found.free.append(round(work.callbacks(HIGHEST_OCCUPANCY * there - load, interval), 3))
        absent = work.callbacks(PLAN_SPREAD * there, interval)
        found.spread.append(round(math.hypot(calls_spread, absent), 3))
    return found


def _presence(start: datetime, today: Today) -> float:
    if start >= today.ends_at:
        return 1.0
    ahead = max(timedelta(0), start - today.now)
    return 1.0 + (today.presence - 1.0) * math.exp(-(ahead / MEMORY))
