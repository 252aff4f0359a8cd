"""Whether agents who were worked out for a changing load are enough: played out call by call.

The calls of the large bank's Mondays, scaled to a peak; exponential handle times, nobody hangs up, 80 % within
20 seconds asked for. Beside it, on the same calls, stands each interval taken for itself (SIPP).
"""

from __future__ import annotations

import heapq
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from callback.forecasting.history import Array
from callback.forecasting.ramped_staffing import Ramps, plan_with_ramps
from callback.forecasting.staffing import StaffingTarget
from tests.unit.forecasting.real_logs import BANK

HALF_HOUR = timedelta(minutes=30)
WIDTH = HALF_HOUR.total_seconds()
DAYS = 60
IN_TIME = 20.0


def mondays() -> Array:
    history = BANK.history()
    rows = [row for row, day in enumerate(history.days) if day.weekday() == 0]
    mean = np.nan_to_num(np.nanmean(history.counts[rows], axis=0))
    shape: Array = mean[np.flatnonzero(mean)[0] : np.flatnonzero(mean)[-1] + 1]
    return shape


def played(
    calls: Array, agents: list[int], handle: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return for each interval the calls of one day and how many of them were answered in time.

    Agents come and go with the interval; who goes finishes her call first.
    """
    came, in_time = np.zeros(len(calls)), np.zeros(len(calls))
    arrivals = [
        (slot + rng.random()) * WIDTH
        for slot, count in enumerate(rng.poisson(calls))
        for _ in range(count)
    ]
    busy: list[float] = []
    for arrival in sorted(arrivals):
        at = arrival
        while True:
            while busy and busy[0] <= at:
                heapq.heappop(busy)
            slot = min(int(at // WIDTH), len(agents) - 1)
            if len(busy) < agents[slot]:
                break
            nearest = busy[0] if busy else np.inf
            at = min(nearest, (slot + 1) * WIDTH if slot + 1 < len(agents) else nearest)
        heapq.heappush(busy, at + rng.exponential(handle))
        place = int(arrival // WIDTH)
        came[place] += 1
        in_time[place] += at - arrival <= IN_TIME
    return came, in_time


@pytest.mark.parametrize(("peak", "handle"), [(30, 600), (30, 1800), (100, 600), (100, 1800)])
def test_half_hours_that_were_short(peak: int, handle: int) -> None:
    calls = mondays()
    calls = calls * (peak * WIDTH / handle / calls.max())
    starts = [datetime(2003, 3, 3, 7, tzinfo=UTC) + n * HALF_HOUR for n in range(len(calls))]
    target = StaffingTarget(0.8, IN_TIME, handle)
    short = {}
    for ramps in (Ramps.PLAIN, Ramps.LAGGED):
        plan = plan_with_ramps(starts, calls.tolist(), HALF_HOUR, target, ramps)
        agents = [row.agents for row in plan.rows]
        rng = np.random.default_rng(1)
        days = [played(calls, agents, handle, rng) for _ in range(DAYS)]
        came, in_time = sum(day[0] for day in days), sum(day[1] for day in days)
        share = in_time / came
        short[ramps] = float((share < target.share).mean())
        sys.stdout.write(
            f"\n{peak} erlangs at the peak, calls of {handle} s, {ramps}: {short[ramps]:.2f} of the half-hours"
            f" below 80 %, worst {share.min():.2f}, {plan.agent_hours:.1f} agent-hours"
        )
    assert short[Ramps.LAGGED] < short[Ramps.PLAIN]
