"""What the record says that an outlook needs: who is at work, how often is dialled, what promises came to."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import case
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AT_WORK
from callback.promises.callback import Callback
from callback.promises.capacity import Calibration, calibrated
from callback.promises.outlook import OutlookRow

RECALIBRATE_AFTER = timedelta(hours=1)
RECORD = timedelta(days=90)
MOST_WINDOWS = 2_000
TYPICAL_ATTEMPTS, TYPICAL_WEIGHT = 1.2, 10


async def agents_at_work(session: AsyncSession, line_id: str) -> int:
    """Return how many agents of a line are at work at this moment."""
    found = await session.exec(
        select(func.count())
        .select_from(Agent)
        .join(AgentLine, col(AgentLine.agent_id) == col(Agent.id))
        .where(col(AgentLine.line_id) == line_id, col(Agent.status).in_(list(AT_WORK)))
    )
    return found.one()


async def attempts_of(session: AsyncSession, line_id: str, now: datetime) -> float:
    """Return how often a callback is dialled on average, steadied by ten of the typical number."""
    found = await session.exec(
        select(func.count(), func.sum(col(Callback.attempt_count))).where(
            col(Callback.line_id) == line_id,
            col(Callback.attempt_count) > 0,
            col(Callback.promised_from) >= now - RECORD,
        )
    )
    callbacks, attempts = found.one()
    weight = TYPICAL_WEIGHT
    return float(((attempts or 0) + weight * TYPICAL_ATTEMPTS) / (callbacks + weight))


async def calibration_of(
    session: AsyncSession, line_id: str, old: OutlookRow | None, now: datetime
) -> tuple[Calibration, datetime]:
    """Return the calibration by the windows of the last 90 days, and when it was worked out.

    One that is less than an hour old is kept.
    """
    if old is not None and now - old.calibrated_at < RECALIBRATE_AFTER:
        return Calibration(old.base, old.slope), old.calibrated_at
    windows = await judged_windows(session, line_id, now)
    scores, kept = [score for score, _ in windows], [kept for _, kept in windows]
    return await asyncio.to_thread(calibrated, scores, kept), now


async def judged_windows(
    session: AsyncSession, line_id: str, now: datetime
) -> list[tuple[float, bool]]:
    """Return of each window that has ended lately its score with all promises, and whether all were kept.

    The last promise given in a window has the lowest score. Canceled ones are neither kept nor broken.
    """
    broken = func.sum(case((col(Callback.promise_kept).is_(False), 1), else_=0))
    found = await session.exec(
        select(func.min(col(Callback.kept_score)), broken)
        .where(
            col(Callback.line_id) == line_id,
            col(Callback.promised_from) >= now - RECORD,
            col(Callback.promised_until) <= now,
            col(Callback.kept_score).is_not(None),
            col(Callback.promise_kept).is_not(None),
        )
        .group_by(col(Callback.promised_from), col(Callback.promised_until))
        .order_by(col(Callback.promised_from).desc())
        .limit(MOST_WINDOWS)
    )
    return [(float(score or 0.0), broken == 0) for score, broken in found.all()]
