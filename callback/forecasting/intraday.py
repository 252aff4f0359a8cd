"""The rest of a day, forecast anew from how its morning went."""

from __future__ import annotations

import math
from collections.abc import Sequence

LARGEST_FACTOR = 3.0
TYPICAL_DAY_SPREAD = 0.1
"""How much whole days differ from what was expected of them, as a share (0–1), where nothing is known."""


def level_of_day(seen: float, expected: float, day_spread: float = TYPICAL_DAY_SPREAD) -> float:
    """Return by how much a day is busier than forecast, 1 for as forecast, from the calls that came so far.

    The day's level is a Gamma variable with mean 1 and standard deviation `day_spread`, the calls given the
    level are Poisson; its mean given `seen` calls where `expected` were due is
    (seen + k) / (expected + k) with k = 1/day_spread². So ten calls say little, a thousand nearly all, and a
    line whose days are much alike is not moved by chance.
    """
    if expected <= 0 or day_spread <= 0:
        return 1.0
    prior = 1.0 / day_spread**2
    return min(LARGEST_FACTOR, max(1.0 / LARGEST_FACTOR, (seen + prior) / (expected + prior)))


def day_spread_of(ratios: Sequence[float], calls_a_day: float) -> float:
    """Return how much days differ beyond chance, from past days' calls / forecast calls.

    The variance of the ratios less that of a Poisson count; ten days of the typical spread are added, so
    that a few days alike do not make the next one certain.
    """
    if not ratios or calls_a_day <= 0:
        return TYPICAL_DAY_SPREAD
    squares = sum((ratio - 1.0) ** 2 for ratio in ratios)
    beyond = max(0.0, squares - len(ratios) / calls_a_day)
    steadied = (beyond + 10 * TYPICAL_DAY_SPREAD**2) / (len(ratios) + 10)
    return math.sqrt(steadied)
