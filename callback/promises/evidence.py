"""What the record says that an outlook needs: who is at work, how often is dialled, what promises came to."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AT_WORK
from callback.promises.callback import Callback
from callback.promises.capacity import Calibration, calibrated
from callback.promises.outlook import OutlookRow

RECALIBRATE_AFTER = timedelta(hours=1)
RECORD = timedelta(days=90)
MOST_PROMISES = 2_000
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
    """Return the calibration by the promises of the last 90 days, and when it was worked out.

    One that is less than an hour old is kept.
    """
    if old is not None and now - old.calibrated_at < RECALIBRATE_AFTER:
        return Calibration(old.base, old.slope), old.calibrated_at
    found = await session.exec(
        select(col(Callback.kept_score), col(Callback.promise_kept))
        .where(
            col(Callback.line_id) == line_id,
            col(Callback.promised_from) >= now - RECORD,
            col(Callback.kept_score).is_not(None),
            col(Callback.promise_kept).is_not(None),
        )
        .order_by(col(Callback.promised_from).desc())
        .limit(MOST_PROMISES)
    )
    pairs = [(float(score or 0.0), bool(kept)) for score, kept in found.all()]
    fitted = await asyncio.to_thread(
        calibrated, [score for score, _ in pairs], [kept for _, kept in pairs]
    )
    return fitted, now
