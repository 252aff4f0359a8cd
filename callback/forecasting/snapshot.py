"""Forecasts as they were made, kept so that they can be judged when the calls have come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.columns import words

DIGITS = 3


class SnapshotKind(StrEnum):
    """When a forecast was made: in the night for weeks, or during the day for the rest of it."""

    NIGHTLY = "nightly"
    INTRADAY = "intraday"


class SnapshotRow(NamedTuple):
    """Expected calls in the interval from `start`, their quantiles, and what live callers need of agents.

    `handle_seconds` is the handle time with which agents were reckoned; None where only the whole
    snapshot's is known.
    """

    start: datetime
    mean: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    agents: int
    service_level: float
    handle_seconds: float | None = None


class ForecastSnapshot(SQLModel, table=True):
    """A forecast of `days` local days from `first_day` on, as it was made at `made_at`.

    `rows` hold for each interval the seconds since 1970 at which it starts and the figures of `SnapshotRow`.
    `handle_seconds` is the mean handle time of all calls, beside which rows may have their own; `accuracy` the
    back-test's figures, null where the log was too short for one. `day_spread` is how much whole days have
    differed from what was forecast the night before, as a share.
    """

    __tablename__ = "forecast_snapshot"
    __table_args__ = (
        Index("ix_forecast_snapshot_line_id_kind_made_at", "line_id", "kind", "made_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="line.id")
    kind: SnapshotKind = Field(sa_type=words(SnapshotKind))
    made_at: datetime
    first_day: date
    days: int
    interval_minutes: int
    model: str = Field(max_length=80)
    handle_seconds: float
    day_spread: float
    accuracy: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    notes: list[str] = Field(default_factory=list, sa_type=JSON)
    rows: list[list[float]] = Field(default_factory=list, sa_type=JSON)

    @property
    def interval(self) -> timedelta:
        """The length of an interval."""
        return timedelta(minutes=self.interval_minutes)

    def intervals(self) -> list[SnapshotRow]:
        """Return the rows with their instants."""
        return [_row(figures) for figures in self.rows]


def _row(figures: Sequence[float]) -> SnapshotRow:
    start, mean, q10, q25, q50, q75, q90, agents, service_level, *handle = figures
    at = datetime.fromtimestamp(start, UTC)
    return SnapshotRow(at, mean, q10, q25, q50, q75, q90, int(agents), service_level, *handle)


def packed(rows: Sequence[SnapshotRow]) -> list[list[float]]:
    """Return rows as a snapshot keeps them."""
    return [
        [
            int(row.start.timestamp()),
            *(round(float(figure), DIGITS) for figure in row[1:] if figure is not None),
        ]
        for row in rows
    ]


async def latest_snapshot(
    session: AsyncSession, line_id: str, kind: SnapshotKind = SnapshotKind.NIGHTLY
) -> ForecastSnapshot | None:
    """Return the newest forecast of a line, or None if none was made yet."""
    found = await session.exec(
        select(ForecastSnapshot)
        .where(col(ForecastSnapshot.line_id) == line_id, col(ForecastSnapshot.kind) == kind)
        .order_by(col(ForecastSnapshot.made_at).desc())
        .limit(1)
    )
    return found.first()


async def snapshots_since(
    session: AsyncSession, line_id: str, since: datetime
) -> list[ForecastSnapshot]:
    """Return the nightly forecasts made since an instant, the oldest first."""
    found = await session.exec(
        select(ForecastSnapshot)
        .where(
            col(ForecastSnapshot.line_id) == line_id,
            col(ForecastSnapshot.kind) == SnapshotKind.NIGHTLY,
            col(ForecastSnapshot.made_at) >= since,
        )
        .order_by(col(ForecastSnapshot.made_at))
    )
    return list(found.all())
