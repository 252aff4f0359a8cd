"""After an attempt that reached nobody: when to try again, or that it was the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from callback.dialing.leg import LegOutcome

REASONS = {
    LegOutcome.BUSY: "busy",
    LegOutcome.NO_ANSWER: "no_answer",
    LegOutcome.MACHINE: "machine",
    LegOutcome.FAILED: "failed",
    LegOutcome.CANCELED: "no_answer",
    LegOutcome.COMPLETED: "no_answer",
}


def next_attempt_at(
    outcome: LegOutcome,
    attempts: int,
    delays: Mapping[str, Sequence[int]],
    now: datetime,
) -> datetime | None:
    """Return when to dial again after the attempt number `attempts` (from 1) ended with `outcome`.

    `delays` holds, per reason, one delay in seconds for each further attempt; the list of the reason that
    counts is the one of this outcome, and when it is used up, or has no list at all, the answer is None. A leg
    that was answered but never confirmed counts as not answered.
    """
    reason = REASONS.get(outcome)
    schedule = delays.get(reason, ()) if reason else ()
    if attempts > len(schedule):
        return None
    return now + timedelta(seconds=schedule[attempts - 1])
