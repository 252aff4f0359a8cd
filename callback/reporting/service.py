"""How callers were served and promises kept, over a stretch of time. Each figure's formula stands here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call, CallOutcome, Direction
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus


@dataclass(frozen=True)
class Contact:
    """What counts of a call."""

    outcome: CallOutcome | None
    wait_seconds: float | None
    offered: bool


@dataclass(frozen=True)
class Promise:
    """What counts of a callback; `lateness` is the first attempt minus the first `promised_from`, in seconds.

    `gross_wait` and `net_wait` are in seconds, of those who were reached.
    """

    status: CallbackStatus
    kept: bool | None
    lateness: float | None
    gross_wait: float | None = None
    net_wait: float | None = None


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least `share` (0–1] of the values do not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def summarize(
    contacts: Sequence[Contact], promises: Sequence[Promise], threshold: int
) -> dict[str, Any]:
    """Return the report's figures.

    * ASA: mean wait of calls answered by an agent, from arrival.
    * Service level: answered within `threshold` seconds / (answered + abandoned). Who took a callback did
      not abandon and was not answered, and counts on neither side.
    * Time on hold: all waits together, of whoever waited for whatever outcome; for who took a callback, until
      the end of that call.
    * Promises kept: first attempt inside the promise window / promises decided. A promise that was canceled
      before any attempt is not decided.
    * Lateness: first attempt minus `promised_from`.
    * Wait of those who were called back and talked to an agent. Gross: from their place in line (the arrival,
      for a chosen time its beginning) until the agent was there, by the clock. Net: how long they had a phone
      in the hand: in line before the promise, and on our call before the agent.
    """
    outcomes = Counter(contact.outcome for contact in contacts)
    waits = [
        contact.wait_seconds
        for contact in contacts
        if contact.outcome == CallOutcome.ANSWERED and contact.wait_seconds is not None
    ]
    answered, abandoned = outcomes[CallOutcome.ANSWERED], outcomes[CallOutcome.ABANDONED]
    decided = [promise for promise in promises if promise.kept is not None]
    kept = sum(1 for promise in decided if promise.kept)
    lateness = [promise.lateness for promise in promises if promise.lateness is not None]
    gross = [promise.gross_wait for promise in promises if promise.gross_wait is not None]
    net = [promise.net_wait for promise in promises if promise.net_wait is not None]
    within = sum(1 for wait in waits if wait <= threshold)
    return {
        "calls": len(contacts),
        "answered": answered,
        "abandoned": abandoned,
        "promised": outcomes[CallOutcome.PROMISED],
        "turned_away": outcomes[CallOutcome.TURNED_AWAY],
        "average_speed_of_answer_seconds": sum(waits) / len(waits) if waits else None,
        "hold_seconds_total": sum(contact.wait_seconds or 0.0 for contact in contacts),
        "service_level": within / (answered + abandoned) if answered + abandoned else None,
        "service_level_seconds": threshold,
        "offers_made": sum(1 for contact in contacts if contact.offered),
        "offers_taken": outcomes[CallOutcome.PROMISED],
        "promises": len(promises),
        "promises_kept": kept,
        "promises_decided": len(decided),
        "promises_kept_share": kept / len(decided) if decided else None,
        "lateness_median_seconds": quantile(lateness, 0.5),
        "lateness_p95_seconds": quantile(lateness, 0.95),
        "callback_gross_wait_mean_seconds": sum(gross) / len(gross) if gross else None,
        "callback_net_wait_mean_seconds": sum(net) / len(net) if net else None,
        "callbacks_by_status": dict(Counter(promise.status.value for promise in promises)),
    }


async def service_report(
    session: AsyncSession, line: Line, start: datetime | None, end: datetime | None
) -> dict[str, Any]:
    """Return the report of a line over contacts that arrived, and promises given, from `start` until `end`."""
    calls = select(col(Call.outcome), col(Call.wait_seconds), col(Call.offered_at)).where(
        col(Call.line_id) == line.id, col(Call.direction) == Direction.INBOUND
    )
    callbacks = select(Callback).where(col(Callback.line_id) == line.id)
    if start is not None:
        calls = calls.where(col(Call.arrived_at) >= start)
        callbacks = callbacks.where(col(Callback.requested_at) >= start)
    if end is not None:
        calls = calls.where(col(Call.arrived_at) < end)
        callbacks = callbacks.where(col(Callback.requested_at) < end)
    contacts = [
        Contact(outcome, wait, offered is not None)
        for outcome, wait, offered in (await session.exec(calls)).all()
    ]
    promises = [_promise(callback) for callback in (await session.exec(callbacks)).all()]
    return summarize(contacts, promises, line.service_level["seconds"])


def _promise(callback: Callback) -> Promise:
    placed = callback.first_placed_at
    begun = callback.first_promised_from or callback.promised_from
    lateness = (placed - begun).total_seconds() if placed is not None else None
    gross = callback.gross_wait_seconds
    net = None if gross is None else callback.net_wait_seconds
    return Promise(callback.status, callback.promise_kept, lateness, gross, net)
