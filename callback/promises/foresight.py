"""The use case of a worker: keep the outlook of a line up to date during the day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.shift import agents_on_rota
from callback.calls.volumes import count_volumes
from callback.database import Database
from callback.forecasting.intervals import DAY, midnight
from callback.forecasting.intraday import level_of_day
from callback.forecasting.snapshot import (
    ForecastSnapshot,
    SnapshotKind,
    SnapshotRow,
    latest_snapshot,
    packed,
)
from callback.ids import new_id
from callback.lines.hours import is_open
from callback.lines.line import Line
from callback.promises.evidence import agents_at_work, attempts_of, calibration_of
from callback.promises.margins import Today, Work, margins_of, presence_now
from callback.promises.outlook import OutlookRow

SHORTEST_MORNING = 10.0
"""Fewer calls than these due so far say nothing of a day."""


async def keep_outlook(database: Database, line: Line, now: datetime) -> OutlookRow | None:
    """Renew the outlook of a line from its latest forecast, its plan and how the day goes; return it.

    Returns None where nothing was forecast yet.
    """
    async with database.reading() as session:
        snapshot = await latest_snapshot(session, line.id)
        if snapshot is None:
            return None
        rows = _from_today(snapshot.intervals(), line, now)
        if not rows:
            return None
        starts = [row.start for row in rows]
        planned = await agents_on_rota(session, line, starts, snapshot.interval)
        today = await _today(session, line, snapshot, rows, planned, now)
        work = Work(snapshot.handle_seconds, await attempts_of(session, line.id, now))
        old = await session.get(OutlookRow, line.id)
        calibration, calibrated_at = await calibration_of(session, line.id, old, now)
    margins = margins_of(rows, planned, snapshot.interval, today, work, line.shrinkage)
    row = OutlookRow(
        line_id=line.id,
        made_at=now,
        snapshot_id=snapshot.id,
        first_at=rows[0].start,
        interval_minutes=snapshot.interval_minutes,
        planned=margins.planned,
        needed=margins.load,
        free=margins.free,
        spread=margins.spread,
        chance=line.promise_chance,
        level=today.level,
        presence=today.presence,
        base=calibration.base,
        slope=calibration.slope,
        calibrated_at=calibrated_at,
    )
    async with database.transaction() as session:
        await session.merge(row)
        if await _interval_is_over(session, line.id, snapshot.interval, now):
            session.add(_intraday(snapshot, rows, today, now))
    return row


def _from_today(rows: list[SnapshotRow], line: Line, now: datetime) -> list[SnapshotRow]:
    since = midnight(now.astimezone(line.zone).date(), line.zone)
    return [row for row in rows if row.start >= since]


async def _today(
    session: AsyncSession,
    line: Line,
    snapshot: ForecastSnapshot,
    rows: list[SnapshotRow],
    planned: list[float | None],
    now: datetime,
) -> Today:
    day = now.astimezone(line.zone).date()
    counted = await count_volumes(session, line.id, line.zone, day, day, snapshot.interval_minutes)
    due = sum(row.mean * min(1.0, max(0.0, (now - row.start) / snapshot.interval)) for row in rows)
    level = 1.0
    if due >= SHORTEST_MORNING:
        level = level_of_day(counted.total, due, snapshot.day_spread)
    expected = next(
        (
            agents * (1.0 - line.shrinkage)
            for row, agents in zip(rows, planned, strict=True)
            if agents and row.start <= now < row.start + snapshot.interval
        ),
        None,
    )
    presence = 1.0
    if expected is not None and is_open(line, now):
        presence = presence_now(await agents_at_work(session, line.id), expected)
    return Today(now, midnight(day + DAY, line.zone), round(level, 4), round(presence, 4))


async def _interval_is_over(
    session: AsyncSession, line_id: str, interval: timedelta, now: datetime
) -> bool:
    """Tell whether an interval has ended since the last forecast of the day's rest."""
    last = await latest_snapshot(session, line_id, SnapshotKind.INTRADAY)
    return last is None or now - last.made_at >= interval


def _intraday(
    snapshot: ForecastSnapshot, rows: list[SnapshotRow], today: Today, now: datetime
) -> ForecastSnapshot:
    left = [row for row in rows if now <= row.start < today.ends_at]
    level = today.level
    moved = [
        row._replace(
            mean=row.mean * level,
            q10=row.q10 * level,
            q25=row.q25 * level,
            q50=row.q50 * level,
            q75=row.q75 * level,
            q90=row.q90 * level,
        )
        for row in left
    ]
    return ForecastSnapshot(
        id=new_id(now),
        line_id=snapshot.line_id,
        kind=SnapshotKind.INTRADAY,
        made_at=now,
        first_day=snapshot.first_day,
        days=1,
        interval_minutes=snapshot.interval_minutes,
        model=f"{snapshot.model}, moved by the day so far",
        handle_seconds=snapshot.handle_seconds,
        day_spread=snapshot.day_spread,
        rows=packed(moved),
    )
