"""How fast calls are placed, and how many at once.

Twilio places so many calls a second for an account (one, by default), queues the rest for up to a day, and lets
some accounts have a few calls at a time only. A call that waits there cannot be seen, nor taken back by whoever
it is for; so it waits here. All workers share the pace: it is kept in Redis (`callback.redis_pace`) and, while
that does not answer, read off the legs. The number of calls at once is always read off the legs: a count kept
elsewhere would drift with every event that is lost.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
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
# Named one by one, because an index finds what a row is and not what it is not.
_LIVE_CALLS = [status for status in CallStatus if status != CallStatus.ENDED]


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


async def turns_of(runtime: Runtime, leg_ids: Collection[str]) -> dict[str, datetime | None]:
    """Return when planned legs may be placed by the shared pace, now or later; None if nobody can tell.

    Asked outside any transaction, because it may take a moment; in the order in which they were planned. Of
    legs that are not planned nothing is said.
    """
    async with runtime.database.reading() as session:
        found = await session.exec(
            select(Leg.id, Leg.line_id, Leg.created_at)
            .where(col(Leg.id).in_(leg_ids), col(Leg.status) == LegStatus.PLANNED)
            .order_by(col(Leg.id))
        )
        planned = [Turn(*row) for row in found.all()]
    turns: dict[str, datetime | None] = {}
    for turn in planned:
        now = runtime.clock.now()
        wait = await runtime.pace.wait_for(turn, now)
        turns[turn.leg_id] = None if wait is None else now + wait
    return turns


async def next_turns(
    work: Work, turns: Mapping[str, datetime | None], settings: Settings
) -> dict[str, datetime]:
    """Return when planned legs may be placed, now or later; decided by one worker at a time.

    Of those whose turn the shared pace has told only the number of calls at once is looked at; for the others
    the pace is read off the legs.
    """
    rate, most = settings.twilio_calls_per_second, settings.twilio_max_call_legs
    uncounted = sorted(leg_id for leg_id, turn in turns.items() if turn is None) if rate else []
    answers = {leg_id: turn or work.now for leg_id, turn in turns.items()}
    if most is None and not uncounted:
        return answers
    if work.session.get_bind().dialect.name == "postgresql":
        await work.session.exec(select(func.pg_advisory_xact_lock(PACE_LOCK)))
    before = await _before(work, uncounted, rate) if uncounted else {}
    up = await _legs_up(work) if most is not None else 0
    for leg_id in sorted(answers):
        if answers[leg_id] > work.now:
            continue
        if leg_id in before:
            answers[leg_id] = may_place_at(work.now, before[leg_id], rate, up, most)
        elif most is not None and up >= most:
            answers[leg_id] = work.now + FULL_FOR
        up += answers[leg_id] <= work.now
    return answers


async def _before(work: Work, leg_ids: Sequence[str], calls_per_second: float) -> dict[str, int]:
    """Return how many calls come before each of these legs, which are given in their order.

    Those of them that go out now are no longer planned and count as placed instead, which comes to the same.
    """
    window, _ = window_of(calls_per_second)
    # Identifiers sort by the time of their making.
    planned = and_(col(Leg.status) == LegStatus.PLANNED, col(Leg.id) < leg_ids[0])
    recent = and_(
        col(Leg.claimed_until) > work.now + LEASE - window,
        col(Leg.claimed_until) <= work.now + LEASE,
    )
    counted = await work.session.exec(
        select(func.count()).select_from(Leg).where(or_(recent, planned))
    )
    between = await work.session.exec(
        select(Leg.id)
        .where(
            col(Leg.status) == LegStatus.PLANNED,
            col(Leg.id).between(leg_ids[0], leg_ids[-1]),
        )
        .order_by(col(Leg.id))
    )
    first, in_order = counted.one(), list(between.all())
    return {leg_id: first + bisect_left(in_order, leg_id) for leg_id in leg_ids}


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
        .where(col(Call.status).in_(_LIVE_CALLS), col(Call.source) == "own")
    )
    return legs.one() + trials.one() + callers.one()
