"""How honest the wait is that callers are told: the estimate against what they really waited, on real days.

Every working day of February 1999 of a small bank's log is replayed call by call. At each arrival that had to
wait, the estimate sees what the line would have seen: who waits, who is being served, how long recent calls
took. It is held against the wait of those who were answered, beside the average wait of the callers then in
the queue, which is what Twilio tells in `AvgQueueTime`.
"""

from __future__ import annotations

import sys
from bisect import bisect_right, insort
from collections import deque
from datetime import timedelta
from pathlib import Path
from statistics import fmean, median

import pytest

from callback.demo.log import LoggedCall, read_log
from callback.lines.wait import RECENT_CALLS, WaitEstimate, estimate_wait, mean_handle

LOG = Path(__file__).parents[3] / "shared" / "data" / "small_bank_percall_1999-02.csv.gz"
EXPECTED_HANDLE_S = 180
SHORTEST_S = 1.0


def replay(calls: list[LoggedCall]) -> list[tuple[float, WaitEstimate, float]]:
    """Return for each answered caller who waited: the real wait, the estimate, and the queue's average."""
    waiting: list[tuple[timedelta, timedelta]] = []  # left the queue at, arrived at
    serving: list[timedelta] = []  # ends of service
    recent: deque[tuple[timedelta, float]] = deque(maxlen=RECENT_CALLS)
    found: list[tuple[float, WaitEstimate, float]] = []
    for call in sorted(calls, key=lambda each: each.arrived):
        now = call.arrived
        del waiting[: bisect_right(waiting, (now, timedelta.max))]
        del serving[: bisect_right(serving, now)]
        if call.waited.total_seconds() >= SHORTEST_S:
            over = [seconds for ended, seconds in recent if ended <= now]
            handle = mean_handle(len(over), sum(over), EXPECTED_HANDLE_S)
            estimate = estimate_wait(len(waiting), 0, len(serving), handle)
            average = (
                fmean((now - arrived).total_seconds() for _, arrived in waiting) if waiting else 0
            )
            if call.answered and estimate is not None:
                found.append((call.waited.total_seconds(), estimate, average))
            insort(waiting, (now + call.waited, now))
        if call.answered:
            insort(serving, now + call.waited + call.handled)
            recent.append((now + call.waited + call.handled, call.handled.total_seconds()))
    return found


def error_line(name: str, told: list[float], real: list[float]) -> str:
    """Return bias, mean and median absolute error of a prediction, in seconds."""
    errors = [each - wait for each, wait in zip(told, real, strict=True)]
    apart = [abs(error) for error in errors]
    off = f"mean error {fmean(apart):5.0f} s  median {median(apart):5.0f} s"
    return f"{name:<28} bias {fmean(errors):+6.0f} s  {off}"


@pytest.mark.skipif(
    not LOG.exists(), reason="needs the per-call log of February 1999 in ../shared/data"
)
def test_estimated_waits_on_real_days() -> None:
    days: dict[object, list[LoggedCall]] = {}
    for call in read_log(LOG):
        days.setdefault(call.day, []).append(call)
    rows = [row for calls in days.values() for row in replay(calls)]
    real = [wait for wait, _, _ in rows]
    told = [estimate.expected.total_seconds() for _, estimate, _ in rows]
    spoken = [
        tuple(60 * minutes for minutes in estimate.range_minutes()) for _, estimate, _ in rows
    ]
    inside = fmean(low <= wait <= high for wait, (low, high) in zip(real, spoken, strict=True))
    below = fmean(wait < low for wait, (low, _) in zip(real, spoken, strict=True))
    above = 1 - inside - below
    sys.stdout.write(
        f"\n{len(rows):,} answered callers who waited, {fmean(real):.0f} s on average\n"
        f"{error_line('estimate', told, real)}\n"
        f"{error_line('average wait in the queue', [average for _, _, average in rows], real)}\n"
        f"the spoken range held {inside:.0%} of the waits; {below:.0%} were shorter, {above:.0%} longer\n"
    )
