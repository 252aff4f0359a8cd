"""The outlook of a line as it is kept: one row, replaced whole, so that whoever reads it reads one truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.promises.capacity import Calibration, Outlook

STALE_AFTER = timedelta(hours=2)
"""Older than this an outlook is no reason to promise anything: the worker that renews it must be down."""


class OutlookRow(SQLModel, table=True):
    """What `Outlook` says, as written by a worker at `made_at` from the forecast `snapshot_id` and the plan.

    Per interval from `first_at` on: agents `planned` and there for calls, agents `needed` by live callers all
    the time (their load in erlangs), and `free` and `spread` in callbacks; null where nothing is planned.
    `level` is by how much today is busier than forecast, `presence` by how much more agents are at work than
    planned.
    """

    __tablename__ = "outlook"

    line_id: str = Field(primary_key=True, foreign_key="line.id", max_length=32)
    made_at: datetime
    snapshot_id: str = Field(max_length=32)
    first_at: datetime
    interval_minutes: int
    planned: list[float | None] = Field(default_factory=list, sa_type=JSON)
    needed: list[float] = Field(default_factory=list, sa_type=JSON)
    free: list[float | None] = Field(default_factory=list, sa_type=JSON)
    spread: list[float] = Field(default_factory=list, sa_type=JSON)
    chance: float
    level: float = 1.0
    presence: float = 1.0
    base: float = 0.0
    slope: float = 1.0
    calibrated_at: datetime

    @property
    def outlook(self) -> Outlook:
        """What the row says, to reckon with."""
        return Outlook(
            first=self.first_at,
            interval=timedelta(minutes=self.interval_minutes),
            free=[each if each is not None else 0.0 for each in self.free],
            spread=self.spread,
            known=[each is not None for each in self.free],
            chance=self.chance,
            calibration=Calibration(self.base, self.slope),
        )


async def outlook_of(session: AsyncSession, line_id: str, now: datetime) -> Outlook | None:
    """Return the outlook of a line, None if there is none or its worker has been silent for too long."""
    row = await session.get(OutlookRow, line_id)
    if row is None or now.astimezone(UTC) - row.made_at > STALE_AFTER:
        return None
    return row.outlook
