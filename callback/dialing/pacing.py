"""How fast calls are placed, and how many at once.

Twilio places so many calls a second for an account (one, by default), queues the rest for up to a day, and lets
some accounts have a few calls at a time only. A call that waits there cannot be seen, nor taken back by whoever
it is for; so it waits here. All workers share the pace: it is kept in Redis (`callback.redis_pace`) and, while
that does not answer, read off the legs. The number of calls at once is always read off the legs: a count kept
elsewhere would drift with every event that is lost.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlmodel import and_, col, func, or_, select

from callback.calls.call import Call, CallStatus
from callback.dialing.leg import LEASE, Leg, LegStatus
from callback.dialing.trial_call import TrialCall
from callback.pace import Turn
from callback.runtime import Runtime, Work
from callback.settings import Settings

PACE_LOCK = 0x50414345
FULL_FOR = timedelta(seconds=2)
UP = (LegStatus.PLACING, LegStatus.PLACED, LegStatus.ANSWERED)


def window_of(calls_per_second: float) -> tuple[timedelta, int]:
    """Return a stretch of time of at least a second, and how many calls may be placed in it."""
    seconds = max(1.0, 1.0 / calls_per_second)
    return timedelta(seconds=seconds), max(1, math.floor(calls_per_second * seconds))


def may_place_at(
    now: datetime,
    before: int,
    calls_per_second: float,
    legs_up: int = 0,
    most_legs: int | None = None,
) -> datetime:
    """Return when a call may be placed: `now`, or when to ask again.

    `before` counts the calls placed in the window that ends at `now` and those that were planned earlier
    and still wait, so that a burst goes out in its order. `legs_up` are those that ring or talk.
    """
    window, allowed = window_of(calls_per_second)
    if before >= allowed:
        return now + (before - allowed + 1) * (window / allowed)
    if most_legs is not None and legs_up >= most_legs:
        return now + FULL_FOR
    return now


async def turn_of(runtime: Runtime, leg_id: str) -> datetime | None:
    """Return when a planned leg may be placed by the shared pace, now or later; None if nobody can tell.

    Asked outside any transaction, because it may take a moment.
    """
    async with runtime.database.reading() as session:
        found = await session.exec(
            select(Leg.line_id, Leg.created_at).where(
                col(Leg.id) == leg_id, col(Leg.status) == LegStatus.PLANNED
            )
        )
        planned = found.first()
    if planned is None:
        return None
    now = runtime.clock.now()
    wait = await runtime.pace.wait_for(Turn(leg_id, *planned), now)
    return None if wait is None else now + wait


async def next_turn(work: Work, leg_id: str, settings: Settings, *, counted: bool) -> datetime:
    """Return when a planned leg may be placed, by the legs; decided by one worker at a time.

    If it is `counted` already by the shared pace, only the number of calls at once is looked at.
    """
    rate, most = settings.twilio_calls_per_second, settings.twilio_max_call_legs
    if most is None and (counted or not rate):
        return work.now
    if work.session.get_bind().dialect.name == "postgresql":
        await work.session.exec(select(func.pg_advisory_xact_lock(PACE_LOCK)))
    up = await _legs_up(work) if most is not None else 0
    if counted or not rate:
        return work.now + FULL_FOR if most is not None and up >= most else work.now
    return may_place_at(work.now, await _before(work, leg_id, rate), rate, up, most)


async def _before(work: Work, leg_id: str, calls_per_second: float) -> int:
    window, _ = window_of(calls_per_second)
    found = await work.session.exec(
        select(func.count())
        .select_from(Leg)
        .where(
            or_(
                and_(
                    col(Leg.claimed_until) > work.now + LEASE - window,
                    col(Leg.claimed_until) <= work.now + LEASE,
                ),
                # Identifiers sort by the time of their making.
                and_(col(Leg.status) == LegStatus.PLANNED, col(Leg.id) < leg_id),
            )
        )
    )
    return found.one()


async def _legs_up(work: Work) -> int:
    legs = await work.session.exec(
        select(func.count()).select_from(Leg).where(col(Leg.status).in_(list(UP)))
    )
    trials = await work.session.exec(
        select(func.count()).select_from(TrialCall).where(col(TrialCall.status).in_(list(UP)))
    )
    callers = await work.session.exec(
        select(func.count())
        .select_from(Call)
        .where(col(Call.status) != CallStatus.ENDED, col(Call.source) == "own")
    )
    return legs.one() + trials.one() + callers.one()
