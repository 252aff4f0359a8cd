"""What would be if: service with other agents, handle times, targets and thresholds, without trying it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from callback.forecasting.erlang import average_speed_of_answer, erlang_c, service_level
from callback.forecasting.snapshot import SnapshotRow
from callback.forecasting.staffing import StaffingTarget
from callback.reporting.pictures import Need
from callback.reporting.staffing import handle_times_of, needs_of, plan_for


@dataclass(frozen=True)
class Wish:
    """What is asked: `extra` agents beside the plan (negative: fewer), and the wait from which is offered.

    `usual_handle_seconds` is the mean handle time of the forecast; calls of an interval that last longer than
    that last as much longer than the target's.
    """

    target: StaffingTarget
    extra: int = 0
    offer_after_seconds: float = 60.0
    quantile: str = "mean"
    usual_handle_seconds: float | None = None


@dataclass(frozen=True)
class Answer:
    """What follows, over all intervals with a plan; shares are of the callers, 0–1, None without any plan.

    `offered` wait longer than the threshold and so are offered a callback; `waiting_seconds` is the mean wait
    of all callers, None where some interval has no more agents than load, so that its queue only grows.
    """

    needs: list[Need]
    scheduled_hours: float
    short: int
    served: float | None
    offered: float | None
    waiting_seconds: float | None


def answer_wish(
    rows: Sequence[SnapshotRow],
    planned: Sequence[float | None],
    interval: timedelta,
    wish: Wish,
) -> Answer:
    """Reckon a wish by Erlang C, with a load that lags behind the calls where those are long."""
    handles = handle_times_of(rows, wish.target, wish.usual_handle_seconds)
    plan = plan_for(rows, interval, wish.target, wish.quantile, wish.usual_handle_seconds)
    there = [None if each is None else max(0.0, each + wish.extra) for each in planned]
    needs = needs_of(plan, there)
    served = offered = waited = whole = 0.0
    for row, agents, handle in zip(plan.rows, there, handles, strict=True):
        if agents is None or row.calls <= 0:
            continue
        at_work = math.floor(agents * (1 - wish.target.shrinkage) + 1e-9)
        whole += row.calls
        served += row.calls * service_level(row.load_erlangs, at_work, handle, wish.target.seconds)
        offered += row.calls * _waits_beyond(
            row.load_erlangs, at_work, handle, wish.offer_after_seconds
        )
        waited += row.calls * average_speed_of_answer(row.load_erlangs, at_work, handle)
    return Answer(
        needs=needs,
        scheduled_hours=plan.scheduled_hours,
        short=sum(need.is_short for need in needs),
        served=served / whole if whole else None,
        offered=offered / whole if whole else None,
        waiting_seconds=waited / whole if whole and waited < math.inf else None,
    )


def _waits_beyond(load: float, agents: int, handle: float, seconds: float) -> float:
    """Return the share of callers who wait longer than `seconds`: C × e^(−(n − a) t/h)."""
    if agents <= load:
        return 1.0
    share: float = erlang_c(load, agents) * math.exp(-(agents - load) * seconds / handle)
    return share


def with_target(target: StaffingTarget, **changes: float | None) -> StaffingTarget:
    """Return a target with what is given of it changed."""
    return replace(target, **{name: value for name, value in changes.items() if value is not None})
