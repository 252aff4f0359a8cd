"""From expected calls to the agents who should be there, interval by interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from callback.errors import InvalidInput
from callback.forecasting.erlang import (
    agents_for_mean_wait,
    agents_for_service,
    agents_with_patience,
    average_speed_of_answer,
    erlang_a,
    occupancy,
    service_level,
)

_ROUNDING = 1e-9  # 27 / (1 − 0.1) is 30, not the 30.000000000000004 of the machine


@dataclass(frozen=True)
class StaffingTarget:
    """What is asked of a line, and what its people can give.

    * `share` (0–1) of the callers are to be answered within `seconds`; with `patience_seconds` of all
      callers, those who hang up included (Erlang A), without it of callers who wait for ever (Erlang C).
      A share of 0 asks for none.
    * `longest_mean_wait_seconds`: what callers may wait on average (ASA), where that is a target.
    * `most_abandoned` (0–1): share that may hang up, where that is a target; needs a patience.
    * `handle_seconds`: mean talk and wrap-up of one call.
    * `shrinkage` (0 to less than 1): share of paid time in which agents are not there for calls.
    * `highest_occupancy` (0–1): share of their time that agents may at most be busy.
    * `presence` (0–1): share of those at work by the log who are there for calls, as calibrated from it.

    All targets that are given must be met.
    """

    share: float
    seconds: float
    handle_seconds: float
    shrinkage: float = 0.0
    highest_occupancy: float = 1.0
    patience_seconds: float | None = None
    longest_mean_wait_seconds: float | None = None
    most_abandoned: float | None = None
    presence: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a target that no number of agents meets."""
        if not 0 <= self.share < 1:
            raise InvalidInput("target", f"the share {self.share:g} must be 0 or more, less than 1")
        if self.seconds < 0:
            raise InvalidInput("target", f"{self.seconds:g} seconds; must be zero or more")
        if not 0 < self.handle_seconds < math.inf:
            raise InvalidInput("aht", f"{self.handle_seconds:g} seconds; must be more than zero")
        if not 0 <= self.shrinkage < 1:
            raise InvalidInput(
                "shrinkage", f"{self.shrinkage:g}; must be 0 or more and less than 1"
            )
        if not 0 < self.highest_occupancy <= 1:
            raise InvalidInput(
                "occupancy", f"{self.highest_occupancy:g}; must be more than 0, at most 1"
            )
        if self.patience_seconds is not None and not 0 < self.patience_seconds < math.inf:
            raise InvalidInput(
                "patience", f"{self.patience_seconds:g} seconds; must be more than zero"
            )
        self._check_further_targets()

    def _check_further_targets(self) -> None:
        wait, gone = self.longest_mean_wait_seconds, self.most_abandoned
        if wait is not None and not 0 < wait < math.inf:
            raise InvalidInput("asa", f"{wait:g} seconds; must be more than zero")
        if gone is not None and not 0 < gone < 1:
            raise InvalidInput("abandonment", f"{gone:g}; must lie between 0 and 1")
        if gone is not None and self.patience_seconds is None:
            raise InvalidInput("abandonment", "nobody hangs up without a patience; give one")
        if not 0 < self.presence <= 1:
            raise InvalidInput("presence", f"{self.presence:g}; must be more than 0, at most 1")


@dataclass(frozen=True)
class StaffingRow:
    """What one interval needs.

    `agents` take calls; `scheduled` must be on the rota so that, shrinkage taken off, so many are there.
    `load_erlangs` and `scheduled_exact` keep the fraction, for sums over a day: rounded rows added up ask
    for more than is needed. `service_level`, `occupancy` and `mean_wait_seconds` are what `agents` achieve.
    """

    start: datetime
    calls: float
    load_erlangs: float
    agents: int
    scheduled: int
    scheduled_exact: float
    service_level: float
    occupancy: float
    mean_wait_seconds: float


@dataclass(frozen=True)
class StaffingPlan:
    """The rows of a staffing plan, and its sums."""

    interval: timedelta
    rows: tuple[StaffingRow, ...] = field(default_factory=tuple)

    @property
    def agent_hours(self) -> float:
        """Hours that agents spend at work on the phones."""
        return sum(row.agents for row in self.rows) * self.interval / timedelta(hours=1)

    @property
    def scheduled_hours(self) -> float:
        """Paid hours, shrinkage included."""
        return sum(row.scheduled_exact for row in self.rows) * self.interval / timedelta(hours=1)

    @property
    def peak(self) -> StaffingRow | None:
        """The first interval that needs the most agents."""
        return max(self.rows, key=lambda row: row.agents, default=None)


def offered_load(calls: float, handle_seconds: float, interval: timedelta) -> float:
    """Return the erlangs that `calls` in one interval bring: calls × handle time / length of the interval."""
    return calls * handle_seconds / interval.total_seconds()


def agents_needed(load: float, target: StaffingTarget) -> int:
    """Return the fewest agents who reach every target and stay under the highest occupancy.

    In large groups the occupancy decides, because economies of scale let the service target be met by
    people who never draw breath.
    """
    if load == 0:
        return 0
    patience = target.patience_seconds
    if patience is None:
        serving = _for_service(load, target)
        if target.longest_mean_wait_seconds is not None:
            wait = target.longest_mean_wait_seconds
            serving = max(serving, agents_for_mean_wait(load, target.handle_seconds, wait))
    else:
        serving = _with_patience(load, target, patience)
    return max(serving, math.ceil(load / target.highest_occupancy - _ROUNDING), 1)


def _for_service(load: float, target: StaffingTarget) -> int:
    if target.share == 0:
        return math.floor(load) + 1
    return agents_for_service(load, target.handle_seconds, target.share, target.seconds)


def _with_patience(load: float, target: StaffingTarget, patience: float) -> int:
    handle = target.handle_seconds
    wait, gone = target.longest_mean_wait_seconds, target.most_abandoned
    found = 0
    if target.share > 0:
        found = agents_with_patience(load, handle, target.share, target.seconds, patience)
    if wait is None and gone is None:
        return found

    def enough(agents: int) -> bool:
        fare = erlang_a(load, agents, handle, patience, target.seconds)
        return (wait is None or fare.mean_wait <= wait) and (gone is None or fare.abandoned <= gone)

    most = max(found, 1)
    while not enough(most):
        found, most = most + 1, 2 * most
    while found < most:
        middle = (found + most) // 2
        found, most = (found, middle) if enough(middle) else (middle + 1, most)
    return found


def scheduled_exactly(agents: float, shrinkage: float, presence: float = 1.0) -> float:
    """Return how many must be on the rota so that `agents` are there: agents / (1 − shrinkage) / presence.

    Not agents × (1 + shrinkage): with 30 % away, 14 at work are 20 on the rota, and 18.2 would leave 12.7.
    """
    return agents / (1.0 - shrinkage) / presence


def scheduled(agents: float, shrinkage: float, presence: float = 1.0) -> int:
    """Return `scheduled_exactly`, rounded up to whole people.

    >>> scheduled(14, 0.3)
    20
    """
    return math.ceil(scheduled_exactly(agents, shrinkage, presence) - _ROUNDING)


def staff_interval(
    start: datetime, calls: float, interval: timedelta, target: StaffingTarget
) -> StaffingRow:
    """Return what one interval with `calls` expected calls needs."""
    load = offered_load(calls, target.handle_seconds, interval)
    return row_with(start, calls, load, agents_needed(load, target), target)


def row_with(
    start: datetime, calls: float, load: float, agents: int, target: StaffingTarget
) -> StaffingRow:
    """Return how `agents` fare with a load, and how many on the rota they are."""
    handle, patience = target.handle_seconds, target.patience_seconds
    if patience is None:
        reached = service_level(load, agents, handle, target.seconds)
        busy, wait = occupancy(load, agents), average_speed_of_answer(load, agents, handle)
    else:
        fare = erlang_a(load, agents, handle, patience, target.seconds)
        reached, busy, wait = fare.answered_in_time, fare.occupancy, fare.mean_wait
    return StaffingRow(
        start=start,
        calls=calls,
        load_erlangs=load,
        agents=agents,
        scheduled=scheduled(agents, target.shrinkage, target.presence),
        scheduled_exact=scheduled_exactly(agents, target.shrinkage, target.presence),
        service_level=reached,
        occupancy=busy,
        mean_wait_seconds=wait,
    )


def plan_staffing(
    starts: Sequence[datetime],
    calls: Iterable[float],
    interval: timedelta,
    target: StaffingTarget,
    handle_seconds: Sequence[float] | None = None,
) -> StaffingPlan:
    """Return what each interval needs, each taken for itself as if its load had always been so (SIPP).

    `handle_seconds` are the mean handle times of the intervals, where they are known; else the target's.

    Good where calls are short against the interval; where they last more than five minutes, the peak
    reaches the agents about one handle time later than the callers.
    """
    handles = handle_seconds or [target.handle_seconds] * len(starts)
    rows = tuple(
        staff_interval(start, expected, interval, replace(target, handle_seconds=handle))
        for start, expected, handle in zip(starts, calls, handles, strict=True)
    )
    return StaffingPlan(interval, rows)
