"""Whether promises were kept, day by day, and which are about to be broken. Each formula stands here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.dialing.leg import Leg, LegRole
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.danger import endangered
from callback.reporting.service import quantile


@dataclass(frozen=True)
class Kept:
    """What counts of a promise: when it began, when it was first attempted, and how that was judged.

    Where one that was not kept went over to a later window, the first is meant.
    """

    promised_from: datetime
    first_placed_at: datetime | None
    kept: bool | None

    @property
    def lateness_s(self) -> float | None:
        """First attempt minus `promised_from`; None without an attempt."""
        if self.first_placed_at is None:
            return None
        return (self.first_placed_at - self.promised_from).total_seconds()


def figures(promises: Sequence[Kept]) -> dict[str, Any]:
    """Return the figures of some promises.

    * Kept: first attempt inside the promise window / promises decided; undecided ones, such as those that were
      canceled before any attempt, count on neither side.
    * Lateness: first attempt minus `promised_from` in seconds, of all that were attempted; its median, and what
      90 and 99 of 100 do not exceed.
    """
    decided = [promise for promise in promises if promise.kept is not None]
    lateness = [late for promise in promises if (late := promise.lateness_s) is not None]
    kept = sum(1 for promise in decided if promise.kept)
    return {
        "promises": len(promises),
        "decided": len(decided),
        "kept": kept,
        "kept_share": kept / len(decided) if decided else None,
        "lateness_median_seconds": quantile(lateness, 0.5),
        "lateness_p90_seconds": quantile(lateness, 0.9),
        "lateness_p99_seconds": quantile(lateness, 0.99),
    }


def by_day(promises: Sequence[Kept], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the figures of each local day on which promises began, the earliest first."""
    days: dict[date, list[Kept]] = {}
    for promise in promises:
        days.setdefault(promise.promised_from.astimezone(zone).date(), []).append(promise)
    return [{"day": day.isoformat(), **figures(days[day])} for day in sorted(days)]


async def punctuality_report(
    session: AsyncSession, line: Line, start: datetime | None, end: datetime | None, now: datetime
) -> dict[str, Any]:
    """Return how punctual a line was with the promises that began from `start` until `end`.

    Dial to ring: when the person's phone began to ring, as we were told, minus when the telephone company took
    the call on, in seconds, never below 0; of all attempts of these promises that rang; its median, and what 90
    of 100 do not exceed. Lateness does not hold it.

    `in_danger` names the callbacks that nobody has attempted yet and whose window ends within three minutes,
    or has ended.
    """
    begun = func.coalesce(col(Callback.first_promised_from), col(Callback.promised_from))
    query = select(begun, col(Callback.first_placed_at), col(Callback.promise_kept)).where(
        col(Callback.line_id) == line.id
    )
    if start is not None:
        query = query.where(begun >= start)
    if end is not None:
        query = query.where(begun < end)
    promises = [Kept(*row) for row in (await session.exec(query)).all()]
    delays = await _dial_to_ring(session, query.with_only_columns(col(Callback.id)))
    danger = await session.exec(
        endangered(now)
        .where(col(Callback.line_id) == line.id)
        .order_by(col(Callback.promised_until))
    )
    return {
        "line_id": line.id,
        **figures(promises),
        "dial_to_ring_median_seconds": quantile(delays, 0.5),
        "dial_to_ring_p90_seconds": quantile(delays, 0.9),
        "days": by_day(promises, line.zone),
        "in_danger": list(danger.all()),
    }


async def _dial_to_ring(session: AsyncSession, callbacks: Select[tuple[str]]) -> list[float]:
    rung = await session.exec(
        select(col(Leg.placed_at), col(Leg.rang_at)).where(
            col(Leg.role) == LegRole.PERSON,
            col(Leg.callback_id).in_(callbacks),
            col(Leg.placed_at).is_not(None),
            col(Leg.rang_at).is_not(None),
        )
    )
    return [
        max(0.0, (rang_at - placed_at).total_seconds())
        for placed_at, rang_at in rung.all()
        if placed_at is not None and rang_at is not None
    ]
