"""What ought to have moved and has not: one look at the database, by the sweep of every worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from callback.dialing.end_of_day import left_over
from callback.dialing.leg import Leg, LegStatus
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.dialing.silent_calls import silent_calls
from callback.dialing.status_event import StatusEvent
from callback.dialing.trial_call import TrialCall
from callback.messages.message import Message, MessageStatus
from callback.promises.callback import Callback
from callback.promises.danger import untold
from callback.promises.lifecycle import CallbackStatus
from callback.promises.note import kept_for_long_enough
from callback.runtime import Runtime

_Select = SelectOfScalar[str]
_Query = Callable[[datetime], _Select]

BATCH = 200
GRACE = timedelta(seconds=1)
RING_LIMIT = timedelta(seconds=90)
KEY_LIMIT = timedelta(seconds=60)
CHECK_EVERY = timedelta(minutes=10)
EXPIRE_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Overdue:
    """What ought to have moved and has not, by identifier, as one look at the database found it."""

    events: Sequence[str]
    due: Sequence[str]
    expired: Sequence[str]
    planned_legs: Sequence[str]
    unpulled: Sequence[str]
    unwanted_legs: Sequence[str]
    silent_legs: Sequence[str]
    in_danger: Sequence[str]
    unsent_texts: Sequence[str]
    silent_texts: Sequence[str]
    silent_calls: Sequence[str]
    old_notes: Sequence[str]
    unplaced_trials: Sequence[str]
    silent_trials: Sequence[str]
    left_over: Sequence[str]


async def look(runtime: Runtime) -> Overdue:
    """Look for what is overdue."""
    now = runtime.clock.now()
    queries = (
        _unapplied_events,
        _due,
        _expired,
        _planned_legs,
        _unpulled,
        _unwanted_legs,
        _silent_legs,
        untold,
        _unsent_texts,
        _silent_texts,
        silent_calls,
        kept_for_long_enough,
        _unplaced_trials,
        _silent_trials,
    )
    async with runtime.database.reading() as session:
        found = [(await session.exec(query(now).limit(BATCH))).all() for query in queries]
        found.append(await left_over(session, now))
    return Overdue(*found)


def _due(now: datetime) -> _Select:
    return (
        select(Callback.id)
        .where(col(Callback.status) == CallbackStatus.SCHEDULED, col(Callback.due_at) <= now)
        .order_by(col(Callback.due_at))
    )


def _expired(now: datetime) -> _Select:
    return select(Callback.id).where(
        col(Callback.status) == CallbackStatus.WAITING,
        col(Callback.promised_until) <= now - EXPIRE_AFTER,
    )


def _unapplied_events(now: datetime) -> _Select:
    return (
        select(StatusEvent.id)
        .where(col(StatusEvent.applied_at).is_(None), col(StatusEvent.received_at) <= now - GRACE)
        .order_by(col(StatusEvent.received_at))
    )


def _planned_legs(now: datetime) -> _Select:
    return (
        select(Leg.id)
        .where(col(Leg.status) == LegStatus.PLANNED, col(Leg.not_before) <= now - GRACE)
        .order_by(col(Leg.created_at))
    )


def _unpulled(now: datetime) -> _Select:
    return select(Reservation.id).where(
        col(Reservation.status) == ReservationStatus.ACCEPTED,
        col(Reservation.call_id).is_not(None),
        or_(
            and_(
                col(Reservation.pulled_until).is_(None), col(Reservation.accepted_at) <= now - GRACE
            ),
            col(Reservation.pulled_until) <= now,
        ),
    )


def _unwanted_legs(now: datetime) -> _Select:
    return select(Leg.id).where(
        col(Leg.status).in_([LegStatus.PLACED, LegStatus.ANSWERED]),
        col(Leg.end_wanted_at) <= now - GRACE,
    )


def _silent_legs(now: datetime) -> _Select:
    return select(Leg.id).where(
        or_(
            and_(col(Leg.status) == LegStatus.PLACING, col(Leg.claimed_until) <= now),
            and_(
                col(Leg.status) == LegStatus.PLACED,
                col(Leg.placed_at) <= now - RING_LIMIT,
                col(Leg.claimed_until) <= now,
            ),
            and_(
                col(Leg.status) == LegStatus.ANSWERED,
                or_(
                    # Picked up, and for so long no key that decides anything.
                    and_(col(Leg.accepted_at).is_(None), col(Leg.answered_at) <= now - KEY_LIMIT),
                    col(Leg.answered_at) <= now - CHECK_EVERY,
                ),
                col(Leg.claimed_until) <= now,
            ),
        )
    )


def _unsent_texts(now: datetime) -> _Select:
    return (
        select(Message.id)
        .where(col(Message.status) == MessageStatus.WRITTEN, col(Message.not_before) <= now - GRACE)
        .order_by(col(Message.not_before))
    )


def _silent_texts(now: datetime) -> _Select:
    return select(Message.id).where(
        col(Message.status) == MessageStatus.SENDING, col(Message.claimed_until) <= now
    )


def _unplaced_trials(now: datetime) -> _Select:
    return select(TrialCall.id).where(
        col(TrialCall.status) == LegStatus.PLANNED, col(TrialCall.not_before) <= now - GRACE
    )


def _silent_trials(now: datetime) -> _Select:
    return select(TrialCall.id).where(
        col(TrialCall.status).in_([LegStatus.PLACING, LegStatus.PLACED, LegStatus.ANSWERED]),
        col(TrialCall.claimed_until) <= now,
    )
