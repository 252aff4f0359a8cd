"""What days share, and how much of it: the variances of a line's day effects, given or learnt.

A prior belief for lines in general is `STEADY`. `learn_likeness` moves it towards what a line's own days say,
by the evidence (marginal likelihood) of their totals: C. E. Rasmussen and C. K. I. Williams, *Gaussian
Processes for Machine Learning* (2006), chapter 5. The prior keeps a short log from believing in chance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.day_calendar import DayDesign
from callback.forecasting.history import Array

LOG_UNIT = 0.01  # variance of the logarithm of a day's calls that one unit of likeness stands for
_RECENT_WEEKDAY_DAYS = 40.0
_LEVEL_DAYS = 120.0
_DRIFT_DAYS = 1000.0
_MEMORY_DAYS = 6.0
_MONTH_WIDTH = 0.4
_HALF_MONTH_WIDTH = 0.7
_LEARNING_DAYS = 280
_SCALES = (0.1, 0.2, 0.4, 1.0, 2.0, 4.0)
_STEP = 2.0
_PRIOR_DEVIATION = 0.5  # of the logarithm of a variance: a factor of e costs two units of evidence
_ROUNDS = 2
_WORTH_A_STEP = 0.02


@dataclass(frozen=True)
class Likeness:
    """Variances of what days share, in one unit; `noise` is what a day shares with none.

    The `level` comes back to its mean in months, `drift` stays where it has gone.
    """

    name: str = "steady"
    weekday: float = 3.0
    recent_weekday: float = 0.1
    level: float = 0.6
    drift: float = 0.0
    memory: float = 0.35
    special_name: float = 3.0
    special_kind: float = 4.0
    after_closing: float = 0.5
    month: float = 0.2
    half_month: float = 0.18
    noise: float = 0.6

    def times(self, factor: float) -> Likeness:
        """Return the same likeness with all variances `factor` times as large."""
        return replace(self, **{name: factor * getattr(self, name) for name in VARIANCES})


SHARED = (
    "weekday",
    "recent_weekday",
    "level",
    "memory",
    "special_name",
    "special_kind",
    "after_closing",
    "month",
    "half_month",
)
VARIANCES = (*SHARED, "noise")
STEADY = Likeness()
MOVING = Likeness(name="moving", level=3.0, memory=0.25, month=0.06, half_month=0.05)
DRIFTING = replace(MOVING, name="drifting", drift=40.0, level=0.6)


def kernels(design: DayDesign) -> Mapping[str, Array]:
    """Return for each thing that days may share the correlation of all pairs of them.

    Weekday, level and memory fade as e^(−days/length), the place in the month as a periodic bell.
    """
    number = np.arange(len(design.days))
    apart = np.abs(number[:, None] - number).astype(float)
    same = (design.weekdays[:, None] == design.weekdays).astype(float)
    turn = design.month_phase[:, None] - design.month_phase
    found = {
        "weekday": same,
        "recent_weekday": same * np.exp(-apart / _RECENT_WEEKDAY_DAYS),
        "level": np.exp(-apart / _LEVEL_DAYS),
        "drift": np.exp(-apart / _DRIFT_DAYS),
        "memory": np.exp(-apart / _MEMORY_DAYS),
        "month": np.exp(-2 * np.sin(turn / 2) ** 2 / _MONTH_WIDTH**2),
        "half_month": np.exp(-2 * np.sin(turn) ** 2 / _HALF_MONTH_WIDTH**2),
    }
    for name, codes in (
        ("special_name", design.names),
        ("special_kind", design.kinds),
        ("after_closing", design.after_closing.astype(np.int64)),
    ):
        found[name] = ((codes[:, None] == codes) & (codes > 0)).astype(float)
    return found


def covariance(parts: Mapping[str, Array], like: Likeness) -> Array:
    """Return the covariance of the effects of all pairs of days, from their `kernels`."""
    total = np.zeros_like(parts["weekday"])
    for name in (*SHARED, "drift") if like.drift else SHARED:
        total += getattr(like, name) * parts[name]
    return total


def learn_likeness(
    parts: Mapping[str, Array], counted: NDArray[np.int64], totals: Array
) -> Likeness:
    """Return `STEADY` as far as the totals of the counted days do not speak for other variances.

    First all variances together are scaled; then one after the other is doubled or halved as long as the
    evidence, less a log-normal prior's cost, gains by it. At most the last 280 counted days are heard.
    """
    counted, totals = counted[-_LEARNING_DAYS:], totals[-_LEARNING_DAYS:]
    logs = np.log(totals + 0.5)
    values = (logs - logs.mean()) / math.sqrt(LOG_UNIT)
    chance = 1.0 / (totals + 0.5) / LOG_UNIT
    own = {name: parts[name][np.ix_(counted, counted)] for name in SHARED}

    def evidence(like: Likeness) -> float:
        matrix = covariance(own, like) + np.diag(like.noise + chance)
        factor = np.linalg.cholesky(matrix)
        scores = np.linalg.solve(factor, values)
        return float(-np.log(np.diag(factor)).sum() - 0.5 * scores @ scores)

    prior = max((STEADY.times(scale) for scale in _SCALES), key=evidence)

    def worth(like: Likeness) -> float:
        steps = [math.log(getattr(like, name) / getattr(prior, name)) for name in VARIANCES]
        return evidence(like) - sum(step**2 for step in steps) / (2 * _PRIOR_DEVIATION**2)

    best, found = worth(prior), prior
    for _ in range(_ROUNDS):
        before = found
        for name in VARIANCES:
            for factor in (1 / _STEP, _STEP):
                tried = replace(found, **{name: factor * getattr(found, name)})
                while (gained := worth(tried)) > best + _WORTH_A_STEP:
                    best, found = gained, tried
                    tried = replace(found, **{name: factor * getattr(found, name)})
        if found == before:
            break
    return replace(found, name="learnt")
