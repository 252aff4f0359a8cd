"""How many promises a window can bear, and how surely each is kept, from plain numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist

SHARE_FOR_CALLBACKS = 0.5
_NORMAL = NormalDist()


def window_capacity(agents: int, window: timedelta, handle: timedelta, limit: int | None) -> int:
    """Return how many callbacks may be promised for one window that no forecast covers.

    A `limit` that somebody set decides alone. Without one half of what the `agents` now at work could
    handle in the window is promised, and the other half is left to live callers; with nobody at work
    nothing is.
    """
    if limit is not None:
        return max(0, limit)
    return (SHARE_FOR_CALLBACKS * agents * window) // handle


@dataclass(frozen=True)
class Margin:
    """The callbacks that agents can place in a window beside live callers: the mean, and how unsure it is.

    `spread` is a standard deviation. Both are in callbacks.
    """

    mean: float
    spread: float

    def score(self, promises: int) -> float:
        """Return by how many spreads the margin exceeds `promises`, corrected for continuity."""
        return (self.mean - promises + 0.5) / max(self.spread, 0.25)


@dataclass(frozen=True)
class Calibration:
    """How a score turns into the probability that a window is kept: Φ(base + slope × score).

    As it stands, the margin is believed; what became of earlier windows moves it (`calibrated`).
    """

    base: float = 0.0
    slope: float = 1.0

    def chance(self, score: float) -> float:
        """Return the probability, 0–1, that all promises of a window with this score are kept."""
        return _NORMAL.cdf(self.base + self.slope * score)


@dataclass(frozen=True)
class Outlook:
    """What is left for callbacks in the coming intervals, which lie end to end from `first` on.

    `free` and `spread` are those of a `Margin`, each interval for itself; `known` tells for which intervals
    there are both a plan and a forecast. Windows are sized so that they are kept with the probability `chance`.
    """

    first: datetime
    interval: timedelta
    free: Sequence[float]
    spread: Sequence[float]
    known: Sequence[bool]
    chance: float
    calibration: Calibration = Calibration()

    def margin(self, start: datetime, until: datetime) -> Margin | None:
        """Return the margin of a window, or None where it is not wholly covered.

        Spreads are added and not their squares: a busy morning is busy in each of its intervals.
        """
        mean = spread = 0.0
        place = (start - self.first) // self.interval
        begin = self.first + place * self.interval
        if start < self.first:
            return None
        while begin < until:
            if place >= len(self.free) or not self.known[place]:
                return None
            share = (min(until, begin + self.interval) - max(start, begin)) / self.interval
            mean += share * self.free[place]
            spread += share * self.spread[place]
            place, begin = place + 1, begin + self.interval
        return Margin(mean, spread)

    def score(self, start: datetime, until: datetime, promises: int) -> float | None:
        """Return how surely so many promises in a window are kept (`Margin.score`), None where nobody knows."""
        margin = self.margin(start, until)
        return None if margin is None else margin.score(promises)

    def capacity(self, start: datetime, until: datetime) -> int | None:
        """Return the most promises that a window can bear, or None where nothing is known of it."""
        margin = self.margin(start, until)
        return None if margin is None else most_promises(margin, self.chance, self.calibration)


def most_promises(margin: Margin, chance: float, calibration: Calibration) -> int:
    """Return the number of promises of which all are kept with the probability nearest to `chance`.

    Rounded down, a window would be surer than asked for by half a promise on average, which is much where only
    a few are promised. Where agents have less than one callback to spare on average nothing is promised,
    however well it went so far: the callbacks would be taken from live callers.
    """
    if margin.mean < 1.0:
        return 0
    score = (_NORMAL.inv_cdf(chance) - calibration.base) / calibration.slope
    exact = margin.mean + 0.5 - score * max(margin.spread, 0.25)
    return max(0, math.ceil(exact - 0.5 - 1e-9))


_PRIOR_WINDOWS = 1.0
_STEPS = 25


def calibrated(scores: Sequence[float], kept: Sequence[bool]) -> Calibration:
    """Return the calibration that fits what became of earlier windows.

    Of each the score with all its promises counts, and whether all of them were kept. Judged one by one, the
    first promises of a window, sold when it was nearly empty, would be taken for proof that it can bear more.
    Probit regression (C. I. Bliss 1934) by Newton's method, held back by a normal prior around Φ(score): until
    there are some dozens of windows, little moves. The slope stays at least 0.2, because more room can never
    make a window less sure.
    """
    base, slope = 0.0, 1.0
    for _ in range(_STEPS):
        grad_base, grad_slope = -_PRIOR_WINDOWS * base, -_PRIOR_WINDOWS * (slope - 1.0)
        curve_bb, curve_bs, curve_ss = _PRIOR_WINDOWS, 0.0, _PRIOR_WINDOWS
        for score, was_kept in zip(scores, kept, strict=True):
            score = max(-6.0, min(6.0, score))
            sign = 1.0 if was_kept else -1.0
            at = sign * (base + slope * score)
            pull = _mills(at)
            weight = pull * (pull + at)
            grad_base += sign * pull
            grad_slope += sign * pull * score
            curve_bb += weight
            curve_bs += weight * score
            curve_ss += weight * score * score
        determinant = curve_bb * curve_ss - curve_bs**2
        step_base = (curve_ss * grad_base - curve_bs * grad_slope) / determinant
        step_slope = (curve_bb * grad_slope - curve_bs * grad_base) / determinant
        base, slope = base + step_base, max(0.2, slope + step_slope)
        if abs(step_base) + abs(step_slope) < 1e-9:
            break
    return Calibration(base, slope)


def _mills(at: float) -> float:
    """Return φ(x)/Φ(x), by its asymptote where Φ vanishes."""
    return _NORMAL.pdf(at) / _NORMAL.cdf(at) if at > -30 else -at
