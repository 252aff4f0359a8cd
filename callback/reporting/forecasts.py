"""Forecasts that were kept: the newest with what came of it, and how those of past nights have done."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.volumes import count_volumes
from callback.errors import NotFound
from callback.forecasting.intervals import DAY, midnight
from callback.forecasting.snapshot import (
    ForecastSnapshot,
    SnapshotRow,
    latest_snapshot,
    snapshots_since,
)
from callback.lines.line import Line
from callback.reporting.pictures import LeadAccuracy

MOST_LEADS = 28
LEADS_SHOWN = (1, 2, 3, 4, 5, 6, 7, 14, 21, 28)
JUDGED = timedelta(days=56)
WEEK = timedelta(days=7)


async def newest_forecast(session: AsyncSession, line: Line) -> ForecastSnapshot:
    """Return the newest forecast of a line.

    Raises:
        NotFound: none was made yet; a worker makes one in the night, from a week of calls on.

    """
    snapshot = await latest_snapshot(session, line.id)
    if snapshot is None:
        raise NotFound("forecast of line", line.id)
    return snapshot


async def counted_so_far(
    session: AsyncSession, line: Line, snapshot: ForecastSnapshot, now: datetime
) -> dict[datetime, float]:
    """Return what was counted in the intervals of a forecast that are over."""
    last = min(now.astimezone(line.zone).date(), snapshot.first_day + (snapshot.days - 1) * DAY)
    volumes = await count_volumes(
        session, line.id, line.zone, snapshot.first_day, last, snapshot.interval_minutes
    )
    return {
        start: float(count)
        for start, count in zip(volumes.starts, volumes.counts, strict=True)
        if start + snapshot.interval <= now
    }


def rows_of_days(
    rows: Sequence[SnapshotRow], line: Line, first: int, days: int
) -> list[SnapshotRow]:
    """Return the rows of `days` local days, beginning so many days after the first."""
    if not rows:
        return []
    begin = rows[0].start.astimezone(line.zone).date() + first * DAY
    since, until = midnight(begin, line.zone), midnight(begin + days * DAY, line.zone)
    return [row for row in rows if since <= row.start < until]


def forecast_view(
    line: Line,
    snapshot: ForecastSnapshot,
    rows: Sequence[SnapshotRow],
    counted: Mapping[datetime, float],
) -> dict[str, Any]:
    """Return a forecast as JSON shows it; times are local, with their offset."""
    return {
        "line_id": line.id,
        "zone": line.time_zone,
        "made_at": snapshot.made_at.isoformat(),
        "model": snapshot.model,
        "interval_minutes": snapshot.interval_minutes,
        "accuracy": snapshot.accuracy,
        "notes": snapshot.notes,
        "items": [
            {
                **row._asdict(),
                "start": row.start.astimezone(line.zone).isoformat(),
                "counted": counted.get(row.start),
            }
            for row in rows
        ],
        "next": None,
    }


async def accuracy_by_lead(session: AsyncSession, line: Line, now: datetime) -> list[LeadAccuracy]:
    """Return how the forecasts of the last eight weeks' nights did, by how many days ahead each day was.

    A lead of 1 is the day that began when the forecast was made. Only whole days that are over count. The
    seasonal naive figure is the count a week earlier; for leads beyond a week, the last one known then.
    """
    snapshots = await snapshots_since(session, line.id, now - JUDGED)
    today = now.astimezone(line.zone).date()
    snapshots = [each for each in snapshots if each.first_day < today]
    if not snapshots:
        return []
    minutes = snapshots[-1].interval_minutes
    first = min(each.first_day for each in snapshots) - 5 * WEEK
    volumes = await count_volumes(session, line.id, line.zone, first, today - DAY, minutes)
    counted = dict(zip(volumes.starts, volumes.counts, strict=True))
    found = [_lead(snapshots, counted, line, lead) for lead in LEADS_SHOWN]
    return [each for each in found if each is not None]


def _lead(
    snapshots: Sequence[ForecastSnapshot], counted: Mapping[datetime, int], line: Line, lead: int
) -> LeadAccuracy | None:
    back = WEEK * math.ceil(lead / 7)
    days = intervals = inside = 0
    calls = error = bias = naive = noise = 0.0
    for snapshot in snapshots:
        rows = [
            row
            for row in rows_of_days(snapshot.intervals(), line, lead - 1, 1)
            if row.start in counted
        ]
        days += bool(rows)
        for row in rows:
            came = counted[row.start]
            calls += came
            error += abs(row.mean - came)
            bias += row.mean - came
            naive += abs(counted.get(row.start - back, 0) - came)
            noise += math.sqrt(2 * row.mean / math.pi)
            if row.mean > 0:
                intervals += 1
                inside += row.q10 <= came <= row.q90
    if not calls:
        return None
    covered = inside / intervals if intervals else None
    return LeadAccuracy(
        lead, days, error / calls, bias / calls, covered, naive / calls, noise / calls
    )
