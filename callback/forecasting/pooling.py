"""Several lines served by one pool of agents: what they need together, rounded once."""

from __future__ import annotations

import math
from collections.abc import Sequence

from callback.errors import InvalidInput
from callback.forecasting.staffing import StaffingPlan, StaffingRow

_ROUNDING = 1e-9


def pooled(plans: Sequence[StaffingPlan]) -> StaffingPlan:
    """Return the plan of agents who take the calls of all `plans`, interval by interval.

    Calls, loads, agents and the fractions on the rota are added up, and only the sum of the fractions is
    rounded: ten lines that need 2.1 people each are 21 and not 30. Each line's agents are still those that it
    needs by itself, so what callers fare (the mean over all calls) is a lower bound: agents who take every
    line's calls serve them better.

    Raises:
        InvalidInput: the plans are not for the same intervals.

    """
    first = plans[0]
    if any([row.start for row in plan.rows] != [row.start for row in first.rows] for plan in plans):
        raise InvalidInput("pool", "the lines are not forecast for the same intervals")
    rows = zip(*(plan.rows for plan in plans), strict=True)
    return StaffingPlan(first.interval, tuple(_together(each) for each in rows))


def _together(rows: Sequence[StaffingRow]) -> StaffingRow:
    calls = sum(row.calls for row in rows)
    load, agents = sum(row.load_erlangs for row in rows), sum(row.agents for row in rows)
    exact = sum(row.scheduled_exact for row in rows)
    shares = [row.calls / calls if calls else 1 / len(rows) for row in rows]
    return StaffingRow(
        start=rows[0].start,
        calls=calls,
        load_erlangs=load,
        agents=agents,
        scheduled=math.ceil(exact - _ROUNDING),
        scheduled_exact=exact,
        service_level=sum(s * row.service_level for s, row in zip(shares, rows, strict=True)),
        occupancy=sum(row.occupancy * row.agents for row in rows) / agents if agents else 0.0,
        mean_wait_seconds=sum(
            s * row.mean_wait_seconds for s, row in zip(shares, rows, strict=True)
        ),
    )
