"""How honest the wait is that callers are told: the estimate against what they really waited, on real days.

Every day of February 1999 of a small bank's log is replayed call by call. At each arrival that had to wait,
the estimate sees what the line would have seen and nothing that was still to come: who waits, how many agents
are at work, how long recent calls took. It is held against the wait of those who were answered, beside the
average wait of the callers then in the queue, which is what Twilio tells in `AvgQueueTime`.

The log does not say who was at work between two calls: an agent counts who is serving, or was so within a
number of minutes, of which several are tried.
"""

from __future__ import annotations

import sys
from bisect import insort
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median

import pytest

from callback.demo.log import LoggedCall, read_log
from callback.lines.wait import (
    RECENT_CALLS,
    RECENT_WAITS,
    WaitEstimate,
    estimate_wait,
    leaving_rate,
    mean_handle,
)

LOG = Path(__file__).parents[3] / "shared" / "data" / "small_bank_percall_1999-02.csv.gz"
EXPECTED_HANDLE_S = 180
SHORTEST_S = 1.0
AT_WORK_WITHIN = timedelta(minutes=5)


@dataclass
class LineThen:
    """The line as it stood at an instant of the log. `last_served` is the end of each agent's last call."""

    waiting: list[LoggedCall] = field(default_factory=list)
    serving: list[LoggedCall] = field(default_factory=list)
    over: list[tuple[timedelta, float]] = field(default_factory=list)
    waits: list[tuple[timedelta, float, bool]] = field(default_factory=list)
    last_served: dict[str | None, timedelta] = field(default_factory=dict)

    def move_to(self, now: timedelta) -> None:
        """Let those go whose wait is over, into service if they were answered, and out of it again."""
        for call in self.waiting:
            if _begins(call) <= now:
                insort(self.waits, (_begins(call), call.waited.total_seconds(), call.answered))
        self.serving += [call for call in self.waiting if call.answered and _begins(call) <= now]
        self.waiting = [call for call in self.waiting if _begins(call) > now]
        for call in self.serving:
            if _ends(call) <= now:
                insort(self.over, (call.arrived, call.handled.total_seconds()))
                last = self.last_served.get(call.agent, timedelta(0))
                self.last_served[call.agent] = max(last, _ends(call))
        self.serving = [call for call in self.serving if _ends(call) > now]

    def agents(self, now: timedelta, within: timedelta) -> int:
        """Return how many agents serve somebody, or did so `within` the time before `now`."""
        lately = {agent for agent, end in self.last_served.items() if now - end <= within}
        return len(lately | {call.agent for call in self.serving})

    def estimate(
        self, now: timedelta, within: timedelta, *, reckons_with_leaving: bool
    ) -> WaitEstimate | None:
        """Return what somebody is told who must wait behind all these, with every agent busy."""
        handled = [seconds for _, seconds in self.over[-RECENT_CALLS:] if seconds > 0]
        handle = mean_handle(len(handled), sum(handled), EXPECTED_HANDLE_S)
        leaving = self.leaving() if reckons_with_leaving else 0.0
        return estimate_wait(len(self.waiting), 0, self.agents(now, within), handle, leaving)

    def leaving(self) -> float:
        """Return the rate at which those who wait hang up, by the waits that are over."""
        latest = self.waits[-RECENT_WAITS:]
        hung_up = sum(not answered for _, _, answered in latest)
        return leaving_rate(hung_up, sum(seconds for _, seconds, _ in latest))

    def average_wait(self, now: timedelta) -> float:
        """Return how long those in the queue have waited so far, in seconds on average; 0 for nobody."""
        return fmean([(now - call.arrived).total_seconds() for call in self.waiting] or [0.0])


def _begins(call: LoggedCall) -> timedelta:
    return call.arrived + call.waited


def _ends(call: LoggedCall) -> timedelta:
    return call.arrived + call.waited + call.handled


@dataclass(frozen=True)
class Told:
    """What an answered caller really waited, and what she would have been told; in seconds."""

    real: float
    estimate: WaitEstimate
    average: float

    @property
    def expected(self) -> float:
        """The expected wait that the estimate names."""
        return self.estimate.expected.total_seconds()

    def beside_the_range(self) -> int:
        """Return 0 for a wait within the spoken range, -1 for a shorter one, 1 for a longer."""
        low, high = (60 * minutes for minutes in self.estimate.range_minutes())
        return -1 if self.real < low else int(self.real > high)


def replay(
    calls: list[LoggedCall], within: timedelta, *, reckons_with_leaving: bool = True
) -> list[Told]:
    """Return what each answered caller who had to wait would have been told."""
    line = LineThen()
    found: list[Told] = []
    for call in sorted(calls, key=lambda each: each.arrived):
        now = call.arrived
        line.move_to(now)
        estimate = line.estimate(now, within, reckons_with_leaving=reckons_with_leaving)
        if call.answered and call.waited.total_seconds() >= SHORTEST_S and estimate is not None:
            found.append(Told(call.waited.total_seconds(), estimate, line.average_wait(now)))
        line.waiting.append(call)
    return found


def mean_error(errors: list[float]) -> float:
    """Return the mean absolute error."""
    return fmean(map(abs, errors))


def error_line(name: str, errors: list[float]) -> str:
    """Return bias, mean and median absolute error of a prediction, in seconds."""
    off = f"mean error {mean_error(errors):5.0f} s  median {median(map(abs, errors)):5.0f} s"
    return f"{name:<40} bias {fmean(errors):+6.0f} s  {off}"


def calibration(rows: list[Told]) -> list[str]:
    """Return, by the wait that was told, how long it really was."""
    lines = []
    for low, high in pairwise((0, 60, 120, 240, 3600)):
        told = [row for row in rows if low <= row.expected < high]
        if told:
            means = fmean(row.expected for row in told), fmean(row.real for row in told)
            lines.append(
                f"told {low}-{high} s: {len(told):6,} callers, told {means[0]:4.0f}, real {means[1]:4.0f} s"
            )
    return lines


@pytest.mark.skipif(
    not LOG.exists(), reason="needs the per-call log of February 1999 in ../shared/data"
)
def test_estimated_waits_on_real_days() -> None:
    days: dict[object, list[LoggedCall]] = {}
    for call in read_log(LOG):
        days.setdefault(call.day, []).append(call)
    lines = []
    for minutes in (0, 1, 5, 15):
        within = timedelta(minutes=minutes)
        rows = [row for calls in days.values() for row in replay(calls, within)]
        ours = [row.expected - row.real for row in rows]
        lines.append(error_line(f"estimate, at work within {minutes} min", ours))
        if within != AT_WORK_WITHIN:
            continue
        chosen, twilios = rows, [row.average - row.real for row in rows]
        assert mean_error(ours) < mean_error(twilios)
    patient = [
        row.expected - row.real
        for calls in days.values()
        for row in replay(calls, AT_WORK_WITHIN, reckons_with_leaving=False)
    ]
    lines.append(error_line("as if nobody ahead hung up", patient))
    assert mean_error([row.expected - row.real for row in chosen]) < mean_error(patient)
    beside = Counter(row.beside_the_range() for row in chosen)
    inside, below, above = (beside[side] / len(chosen) for side in (0, -1, 1))
    assert inside >= 2 / 3
    lines += [error_line("average wait in the queue", twilios), *calibration(chosen)]
    sys.stdout.write(
        f"\n{len(chosen):,} answered callers who waited, {fmean(row.real for row in chosen):.0f} s on average\n"
        + "".join(f"{line}\n" for line in lines)
        + f"the spoken range held {inside:.0%} of the waits; {below:.0%} were shorter, {above:.0%} longer\n"
    )
