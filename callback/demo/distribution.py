"""A measured distribution of durations: a table of quantiles with an exponential tail.

A table needs no family of curves to fit: service and patience in real call centres have lumps (people who
hang up in the first seconds, calls that an agent drops at once) which a fitted curve would smooth away.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Durations:
    """`shares[i]` of all durations are at most `seconds[i]`; above the last, the excess is exponential."""

    shares: tuple[float, ...]
    seconds: tuple[float, ...]
    mean_excess: float

    def __post_init__(self) -> None:
        """Refuse a table that is not one."""
        if not self.shares or len(self.shares) != len(self.seconds):
            raise ValueError(
                "a table of quantiles needs as many shares as durations, and at least one"
            )
        if list(self.shares) != sorted(set(self.shares)) or not 0 <= self.shares[0] <= 1:
            raise ValueError("shares must rise from 0 or more")
        if list(self.seconds) != sorted(self.seconds) or self.seconds[0] < 0:
            raise ValueError("durations must not fall, nor be negative")
        if self.shares[-1] > 1 or self.mean_excess < 0:
            raise ValueError("shares end at 1 or below and the mean excess is not negative")

    def at(self, share: float) -> timedelta:
        """Return the duration that `share` (0–1, below 1) of people do not exceed."""
        place = bisect_left(self.shares, share)
        if place == 0:
            return timedelta(seconds=self.seconds[0])
        if place < len(self.shares):
            low, high = self.shares[place - 1], self.shares[place]
            part = (share - low) / (high - low)
            below, above = self.seconds[place - 1], self.seconds[place]
            return timedelta(seconds=below + part * (above - below))
        return timedelta(seconds=self.seconds[-1] + self._excess(share))

    def _excess(self, share: float) -> float:
        left = 1 - self.shares[-1]
        return self.mean_excess * math.log(left / (1 - share)) if left > 0 and share < 1 else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the table as JSON data."""
        return {
            "shares": list(self.shares),
            "seconds": list(self.seconds),
            "mean_excess_seconds": self.mean_excess,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Durations:
        """Read what `to_json` wrote."""
        return cls(
            tuple(map(float, data["shares"])),
            tuple(map(float, data["seconds"])),
            float(data["mean_excess_seconds"]),
        )


STEPS = (*(step / 40 for step in range(40)), 0.99)


def measured(seconds: Sequence[float]) -> Durations:
    """Return the table of fully observed durations, in steps of 2.5 % and with the mean excess over 99 %.

    Raises:
        ValueError: there are none.

    """
    if not seconds:
        raise ValueError("no durations to measure")
    ranked = sorted(seconds)
    last = len(ranked) - 1
    values = tuple(ranked[round(share * last)] for share in STEPS)
    over = [value - values[-1] for value in ranked if value > values[-1]]
    excess = sum(over) / len(over) if over else 0.0
    return Durations(STEPS, values, round(excess, 1))


def patience(waits: Sequence[tuple[float, bool]], at_risk_at_least: int = 30) -> Durations:
    """Return how long people are willing to wait, by Kaplan and Meier's product-limit estimate.

    `waits` are (seconds waited, hung up?). Whoever was answered has only shown that the patience is longer:
    a censored observation, so a plain average of those who hung up would make people far too impatient.
    Where fewer than `at_risk_at_least` people still wait, the estimate becomes noise, and the tail is
    exponential with the mean that its likelihood gives: all time waited divided by those who hung up.

    Raises:
        ValueError: nobody hung up.

    """
    left = sum(1 for _, hung_up in waits if hung_up)
    if left == 0:
        raise ValueError("patience cannot be measured where nobody hung up")
    shares, seconds = _product_limit(waits, at_risk_at_least)
    if not shares:
        shares, seconds = [0.0], [0.0]
    mean = sum(seconds_waited for seconds_waited, _ in waits) / left
    return Durations(tuple(shares), tuple(seconds), round(mean, 1))


def _product_limit(
    waits: Sequence[tuple[float, bool]], at_risk_at_least: int, step: float = 0.02
) -> tuple[list[float], list[float]]:
    ranked = sorted(waits)
    shares: list[float] = []
    seconds: list[float] = []
    staying, place = 1.0, 0
    while place < len(ranked):
        moment, at_risk, hung_up = ranked[place][0], len(ranked) - place, 0
        while place < len(ranked) and ranked[place][0] == moment:
            hung_up += ranked[place][1]
            place += 1
        if at_risk < at_risk_at_least:
            break
        staying *= 1 - hung_up / at_risk
        gone = round(1 - staying, 4)
        if hung_up and (not shares or gone - shares[-1] >= step):
            shares.append(gone)
            seconds.append(moment)
    return shares, seconds
