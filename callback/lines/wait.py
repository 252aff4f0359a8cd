"""The wait that an arriving caller is told (EWT)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

ROUND_TO = timedelta(minutes=1)
RECENT_CALLS = 50
WEIGHT_OF_EXPECTATION = 10
RECENT_WAITS = 200
EXPECTED_PATIENCE = timedelta(minutes=10)
SUMMED_ONE_BY_ONE = 8


@dataclass(frozen=True)
class WaitEstimate:
    """How long somebody at a place in line will wait.

    `expected` is the mean; `low` and `high` bound the middle two thirds of what may happen (one standard
    deviation either way), which is what an honest range says aloud.
    """

    expected: timedelta
    low: timedelta
    high: timedelta

    def range_minutes(self) -> tuple[int, int]:
        """Return the range in whole minutes, rounded outwards; the upper is at least 1."""
        low = math.floor(self.low / ROUND_TO)
        high = max(1, math.ceil(self.high / ROUND_TO))
        return low, high


def estimate_wait(
    ahead: int, free_agents: int, agents: int, handle: timedelta, leaving: float = 0.0
) -> WaitEstimate | None:
    """Return the wait of somebody with `ahead` contacts before them, or None if nobody is at work.

    With all `agents` busy and handle times near exponential with mean `handle`, one becomes free every
    handle/agents on average, and each of those ahead hangs up at the rate `leaving` (1/s, the inverse of the
    mean patience). So the line ahead shortens from j contacts at the rate agents/handle + j x leaving: the wait
    is a sum of exponential times, of mean 1/rate and variance 1/rate^2 each, for j = ahead to 0 (Whitt 1999,
    Predicting Response Times, sections 2 and 4). Nobody leaving, it is the Erlang wait of the queue-length
    predictor.
    """
    if agents <= 0:
        return None
    if free_agents > ahead:
        nothing = timedelta(0)
        return WaitEstimate(nothing, nothing, nothing)
    mean, variance = _sums(ahead - free_agents, agents / handle.total_seconds(), leaving)
    expected, spread = timedelta(seconds=mean), timedelta(seconds=math.sqrt(variance))
    return WaitEstimate(expected, max(timedelta(0), expected - spread), expected + spread)


def _sums(ahead: int, served: float, leaving: float) -> tuple[float, float]:
    """Return the sums of 1/r and 1/r^2 over r = served + j x leaving for j = 0 to `ahead`.

    Hundreds of callers ask every second, so only the first terms are added up; the rest is the integral with
    the ends' correction (Euler-Maclaurin), good to a millionth there.
    """
    if leaving <= 0:
        return (ahead + 1) / served, (ahead + 1) / served**2
    rates = [served + j * leaving for j in range(min(ahead + 1, SUMMED_ONE_BY_ONE))]
    mean, variance = sum(1 / rate for rate in rates), sum(1 / rate**2 for rate in rates)
    if ahead < SUMMED_ONE_BY_ONE:
        return mean, variance
    first, last = served + SUMMED_ONE_BY_ONE * leaving, served + ahead * leaving
    mean += math.log(last / first) / leaving + (1 / first + 1 / last) / 2
    mean += leaving * (1 / first**2 - 1 / last**2) / 12
    variance += (1 / first - 1 / last) / leaving + (1 / first**2 + 1 / last**2) / 2
    variance += leaving * (1 / first**3 - 1 / last**3) / 6
    return mean, variance


def estimate_wait_for_skill(
    ahead: int,
    free_agents: int,
    agents: int,
    skilled: int,
    handle: timedelta,
    leaving: float = 0.0,
) -> WaitEstimate | None:
    """Return the wait of somebody who is served by the `skilled` of the `agents` only; None if there is none.

    Whoever is ahead is taken by any agent; then the first skilled one who becomes free is waited for, whose
    time is exponential with mean handle/skilled. That one of them may be free already is not reckoned with.
    """
    if agents <= 0 or skilled <= 0:
        return None
    nothing = timedelta(0)
    before = WaitEstimate(nothing, nothing, nothing)
    if ahead > 0:
        before = estimate_wait(ahead - 1, free_agents, agents, handle, leaving) or before
    last = handle / skilled
    expected = before.expected + last
    spread = timedelta(
        seconds=math.hypot((before.high - before.expected).total_seconds(), last.total_seconds())
    )
    return WaitEstimate(expected, max(nothing, expected - spread), expected + spread)


def mean_handle(calls: int, seconds: float, expected_seconds: float) -> timedelta:
    """Return the handle time to reckon with: that of recent `calls`, steadied by what the line expects.

    `seconds` is the sum over those calls. The expectation counts as `WEIGHT_OF_EXPECTATION` calls, so that
    the first call of a day does not move every wait that is told.
    """
    total = seconds + WEIGHT_OF_EXPECTATION * expected_seconds
    return timedelta(seconds=total / (calls + WEIGHT_OF_EXPECTATION))


def leaving_rate(abandoned: int, waited_seconds: float) -> float:
    """Return how often a waiting caller hangs up, per second, from recent calls of the line.

    The hang-ups by the time that all have waited, those who were answered or promised a call included: the
    maximum-likelihood estimate of an exponential patience of which some is cut short (Brown et al. 2005,
    Statistical Analysis of a Telephone Call Center, section 5). The expectation counts as
    `WEIGHT_OF_EXPECTATION` hang-ups.
    """
    expected_seconds = WEIGHT_OF_EXPECTATION * EXPECTED_PATIENCE.total_seconds()
    return (abandoned + WEIGHT_OF_EXPECTATION) / (waited_seconds + expected_seconds)
