"""The forecast of the night: four weeks of a line, kept as it was made.

Numpy is loaded when a forecast is made and not before, so that a process which only reads what is kept does
without.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.demand import Demand, load_demand
from callback.database import Database
from callback.forecasting.intervals import DAY, midnight
from callback.forecasting.intraday import day_spread_of
from callback.forecasting.snapshot import (
    ForecastSnapshot,
    SnapshotKind,
    SnapshotRow,
    latest_snapshot,
    packed,
    snapshots_since,
)
from callback.ids import new_id
from callback.lines.line import Line

INTERVAL_MINUTES = 30
DAYS_AHEAD = 28
NIGHTLY_KEPT = timedelta(days=400)
INTRADAY_KEPT = timedelta(days=14)
JUDGED = timedelta(days=28)


async def forecast_is_due(session: AsyncSession, line: Line, now: datetime) -> bool:
    """Tell whether the line's local day has begun without a forecast of it."""
    latest = await latest_snapshot(session, line.id)
    return latest is None or latest.first_day < now.astimezone(line.zone).date()


async def keep_forecast(database: Database, line: Line, now: datetime) -> ForecastSnapshot:
    """Forecast the coming four weeks of a line from all that is known before today, and keep it.

    Raises:
        InvalidInput: the log is too short; says what is missing.

    """
    today = now.astimezone(line.zone).date()
    async with database.reading() as session:
        demand = await load_demand(session, line, now, minutes=INTERVAL_MINUTES, as_of=today)
        before = await snapshots_since(session, line.id, now - JUDGED)
    snapshot = await asyncio.to_thread(_forecast, demand, before, now)
    async with database.transaction() as session:
        session.add(snapshot)
        for kind, kept in (
            (SnapshotKind.NIGHTLY, NIGHTLY_KEPT),
            (SnapshotKind.INTRADAY, INTRADAY_KEPT),
        ):
            await session.exec(
                delete(ForecastSnapshot).where(
                    col(ForecastSnapshot.line_id) == line.id,
                    col(ForecastSnapshot.kind) == kind,
                    col(ForecastSnapshot.made_at) < now - kept,
                )
            )
    return snapshot


def _forecast(demand: Demand, before: list[ForecastSnapshot], now: datetime) -> ForecastSnapshot:
    from callback.calls.line_forecast import forecast_line, handle_times_ahead
    from callback.forecasting.ramped_staffing import Ramps, plan_with_ramps
    from callback.forecasting.staffing import StaffingTarget

    line, volumes = demand.line, demand.volumes
    forecast = forecast_line(demand, DAYS_AHEAD)
    starts = [row.start for row in forecast.rows]
    handle = demand.record.handle_seconds or line.expected_handle_seconds
    level = line.service_level
    target = StaffingTarget(min(level["share"], 0.999), level["seconds"], handle)
    interval = timedelta(minutes=volumes.interval_minutes)
    handles = handle_times_ahead(demand, starts) or [float(handle)] * len(starts)
    means = [row.mean for row in forecast.rows]
    plan = plan_with_ramps(starts, means, interval, target, Ramps.AUTO, handles)
    rows = [
        SnapshotRow(*row, need.agents, need.service_level, seconds)
        for row, need, seconds in zip(forecast.rows, plan.rows, handles, strict=True)
    ]
    return ForecastSnapshot(
        id=new_id(now),
        line_id=line.id,
        kind=SnapshotKind.NIGHTLY,
        made_at=now,
        first_day=demand.as_of,
        days=DAYS_AHEAD,
        interval_minutes=volumes.interval_minutes,
        model=forecast.model,
        handle_seconds=handle,
        day_spread=_day_spread(
            before, dict(zip(volumes.starts, volumes.counts, strict=True)), line.zone
        ),
        accuracy=_plain(asdict(forecast.accuracy)) if forecast.accuracy else None,
        notes=list(forecast.notes),
        rows=packed(rows),
    )


def _plain(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and value != value else value
        for name, value in figures.items()
    }


def _day_spread(
    before: list[ForecastSnapshot], counted: dict[datetime, int], zone: ZoneInfo
) -> float:
    """Return how much whole days differed from the forecast of the night before."""
    ratios, calls = [], 0
    for snapshot in before:
        until = midnight(snapshot.first_day + DAY, zone)
        rows = [row for row in snapshot.intervals() if row.start < until and row.start in counted]
        due, came = sum(row.mean for row in rows), sum(counted[row.start] for row in rows)
        if due >= 1:
            ratios.append(came / due)
            calls += came
    return day_spread_of(ratios, calls / len(ratios) if ratios else 0.0)
