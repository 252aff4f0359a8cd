"""A staffing plan whose load comes with the calls, or lags behind them where calls are long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from callback.errors import InvalidInput
from callback.forecasting.ramps import LONG_HANDLE_SECONDS, lagged_loads
from callback.forecasting.staffing import (
    StaffingPlan,
    StaffingTarget,
    agents_needed,
    offered_load,
    plan_staffing,
    row_with,
)

AgentsFor = Callable[[Sequence[float], StaffingTarget], Sequence[int]]
"""Works out the agents for many loads (erlangs)."""


def one_by_one(loads: Sequence[float], target: StaffingTarget) -> list[int]:
    """Return the agents for each load; where numpy may be loaded, `agents_for_many` is faster."""
    return [agents_needed(load, target) for load in loads]


class Ramps(StrEnum):
    """Whether the load comes with the calls or lags behind them; `AUTO`: it lags where calls are long."""

    AUTO = "auto"
    PLAIN = "plain"
    LAGGED = "lagged"

    def lag(self, handle_seconds: float) -> bool:
        """Tell whether the load of calls of this length is reckoned as lagging."""
        return self is Ramps.LAGGED or (self is Ramps.AUTO and handle_seconds > LONG_HANDLE_SECONDS)


def ramps_named(name: str) -> Ramps:
    """Return the ramps of that name.

    Raises:
        InvalidInput: there are none.

    """
    try:
        return Ramps(name)
    except ValueError:
        raise InvalidInput("ramps", f"{name!r}; must be auto, plain or lagged") from None


def plan_with_ramps(
    starts: Sequence[datetime],
    calls: Sequence[float],
    interval: timedelta,
    target: StaffingTarget,
    ramps: Ramps,
    handle_seconds: Sequence[float] | None = None,
    agents_for: AgentsFor = one_by_one,
) -> StaffingPlan:
    """Return what each interval needs.

    `handle_seconds` are the mean handle times of the intervals, where they are known. A lag is that of the
    target's handle time; how long calls of an interval last then shows in the number that stands for them.
    """
    typical = target.handle_seconds
    if handle_seconds is not None and not ramps.lag(typical):
        return plan_staffing(starts, calls, interval, target, handle_seconds)
    handles = handle_seconds or [typical] * len(starts)
    if ramps.lag(typical):
        alike = [count * handle / typical for count, handle in zip(calls, handles, strict=True)]
        loads = lagged_loads(starts, alike, interval, typical)
    else:
        loads = [offered_load(count, typical, interval) for count in calls]
    agents = agents_for(loads, target)
    return StaffingPlan(
        interval,
        tuple(
            row_with(start, count, load, needed, replace(target, handle_seconds=handle))
            for start, count, load, needed, handle in zip(
                starts, calls, loads, agents, handles, strict=True
            )
        ),
    )
