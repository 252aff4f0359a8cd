"""The wait that an arriving caller is told (EWT)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

ROUND_TO = timedelta(minutes=1)
RECENT_CALLS = 50
WEIGHT_OF_EXPECTATION = 10


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
    ahead: int, free_agents: int, agents: int, handle: timedelta
) -> WaitEstimate | None:
    """Return the wait of somebody with `ahead` contacts before them, or None if nobody is at work.

    With all `agents` busy and handle times near exponential with mean `handle`, an agent becomes free every
    handle/agents on average, and the caller is served at departure number k = ahead + 1: an Erlang-k wait
    with mean k x handle / agents and standard deviation sqrt(k) x handle / agents (Whitt 1999, Predicting
    Response Times, section 2; the queue-length predictor).
    """
    if agents <= 0:
        return None
    if free_agents > ahead:
        nothing = timedelta(0)
        return WaitEstimate(nothing, nothing, nothing)
    departures = ahead - free_agents + 1
    between = handle / agents
    expected = departures * between
    spread = math.sqrt(departures) * between
    return WaitEstimate(expected, max(timedelta(0), expected - spread), expected + spread)


def mean_handle(calls: int, seconds: float, expected_seconds: float) -> timedelta:
    """Return the handle time to reckon with: that of recent `calls`, steadied by what the line expects.

    `seconds` is the sum over those calls. The expectation counts as `WEIGHT_OF_EXPECTATION` calls, so that
    the first call of a day does not move every wait that is told.
    """
    total = seconds + WEIGHT_OF_EXPECTATION * expected_seconds
    return timedelta(seconds=total / (calls + WEIGHT_OF_EXPECTATION))
