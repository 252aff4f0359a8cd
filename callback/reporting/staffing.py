"""Agents needed by the forecast beside agents planned, and what would be if."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.shift import agents_on_rota
from callback.forecasting.ramped_staffing import Ramps, plan_with_ramps
from callback.forecasting.snapshot import ForecastSnapshot, SnapshotRow
from callback.forecasting.staffing import StaffingPlan, StaffingTarget
from callback.lines.line import Line
from callback.reporting.pictures import Need


class Interval(Protocol):
    """A row of which only the beginning counts."""

    @property
    def start(self) -> datetime:
        """When it begins."""
        ...


HIGHEST_OCCUPANCY = 0.85


def plan_for(
    rows: Sequence[SnapshotRow],
    interval: timedelta,
    target: StaffingTarget,
    quantile: str = "mean",
    usual: float | None = None,
    ramps: Ramps = Ramps.AUTO,
) -> StaffingPlan:
    """Return what each interval of a forecast needs, staffed for its mean or a quantile.

    `usual` is the snapshot's mean handle time, to which those of its intervals stand (`handle_times_of`).
    """
    calls = [getattr(row, quantile) for row in rows]
    handles = handle_times_of(rows, target, usual)
    return plan_with_ramps([row.start for row in rows], calls, interval, target, ramps, handles)


def handle_times_of(
    rows: Sequence[SnapshotRow], target: StaffingTarget, usual: float | None
) -> list[float]:
    """Return the handle time (seconds) of each interval of a forecast.

    The target's, longer or shorter as far as the interval's is than the `usual` one of the forecast: who asks
    what would be if calls took a tenth longer means those of the evening too.
    """
    return [
        target.handle_seconds * (row.handle_seconds / usual if usual and row.handle_seconds else 1)
        for row in rows
    ]


def target_of(line: Line, snapshot: ForecastSnapshot) -> StaffingTarget:
    """Return what a line asks of itself: its service level and shrinkage, and busy at most 85 % of the time."""
    return StaffingTarget(
        share=min(line.service_level["share"], 0.999),
        seconds=line.service_level["seconds"],
        handle_seconds=snapshot.handle_seconds,
        shrinkage=line.shrinkage,
        highest_occupancy=HIGHEST_OCCUPANCY,
    )


async def planned_for(
    session: AsyncSession, line: Line, rows: Sequence[Interval], interval: timedelta
) -> list[float | None]:
    """Return the agents on the rota in each interval, None on local days without any shift."""
    return await agents_on_rota(session, line, [row.start for row in rows], interval)


def needs_of(plan: StaffingPlan, planned: Sequence[float | None]) -> list[Need]:
    """Return agents to be on the rota beside those who are on it."""
    return [
        Need(row.start, float(row.scheduled), agents)
        for row, agents in zip(plan.rows, planned, strict=True)
    ]


def staffing_view(
    line: Line, plan: StaffingPlan, planned: Sequence[float | None], target: StaffingTarget
) -> dict[str, Any]:
    """Return needed and planned agents as JSON shows them; times are local, with their offset."""
    items: list[dict[str, Any]] = []
    for row, agents in zip(plan.rows, planned, strict=True):
        items.append(
            {
                "start": row.start.astimezone(line.zone).isoformat(),
                "calls": round(row.calls, 3),
                "load_erlangs": round(row.load_erlangs, 3),
                "agents": row.agents,
                "scheduled": row.scheduled,
                "planned": agents,
                "over": None if agents is None else round(agents - row.scheduled, 3),
                "service_level": round(row.service_level, 4),
                "occupancy": round(row.occupancy, 4),
            }
        )
    return {
        "line_id": line.id,
        "zone": line.time_zone,
        "share": target.share,
        "seconds": target.seconds,
        "handle_seconds": target.handle_seconds,
        "shrinkage": target.shrinkage,
        "agent_hours": round(plan.agent_hours, 2),
        "scheduled_hours": round(plan.scheduled_hours, 2),
        "short_intervals": sum(
            1 for each in items if each["over"] is not None and each["over"] < 0
        ),
        "items": items,
        "next": None,
    }
