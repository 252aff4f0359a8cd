"""Amounts of time that differ from call to call: a number, or a distribution to draw from."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exponential:
    """Memoryless, with this mean: the usual model of patience."""

    mean: float

    def draw(self, source: random.Random) -> float:
        """Return one amount, never negative."""
        return source.expovariate(1 / self.mean)


@dataclass(frozen=True)
class Lognormal:
    """Half of all amounts lie below the median; `sigma` is the spread of their logarithm."""

    median: float
    sigma: float

    def draw(self, source: random.Random) -> float:
        """Return one amount, never negative."""
        return source.lognormvariate(math.log(self.median), self.sigma)


@dataclass(frozen=True)
class Uniform:
    """Anything between two bounds, all equally likely."""

    low: float
    high: float

    def draw(self, source: random.Random) -> float:
        """Return one amount, never negative."""
        return source.uniform(self.low, self.high)


Amount = float | Exponential | Lognormal | Uniform
SHAPES: dict[str, type[Exponential | Lognormal | Uniform]] = {
    "exponential": Exponential,
    "lognormal": Lognormal,
    "uniform": Uniform,
}


def amount_from(value: Any) -> Amount:
    """Return the amount that a JSON value describes, such as `30` or `{"exponential": {"mean": 120}}`.

    Raises:
        ValueError: it is neither, or a number in it makes no sense.

    """
    if isinstance(value, dict):
        ((shape, numbers),) = value.items() if len(value) == 1 else ((None, None),)
        if shape not in SHAPES or not isinstance(numbers, dict):
            raise ValueError(f"a distribution is one of {', '.join(SHAPES)}, not {value!r}")
        try:
            found = SHAPES[shape](**{name: float(each) for name, each in numbers.items()})
        except TypeError as error:
            raise ValueError(f"{shape}: {error}") from error
        if any(number < 0 for number in vars(found).values()) or not _can_be_drawn(found):
            raise ValueError(f"{value!r} cannot be drawn from")
        return found
    number = float(value)
    if not (number >= 0 and math.isfinite(number)):
        raise ValueError(f"{value!r} is no amount of time")
    return number


def _can_be_drawn(amount: Exponential | Lognormal | Uniform) -> bool:
    match amount:
        case Exponential(mean):
            return mean > 0
        case Lognormal(median):
            return median > 0
        case Uniform(low, high):
            return low <= high


def drawn(amount: Amount, source: random.Random) -> float:
    """Return a number: the amount itself, or one drawn from it."""
    return amount if isinstance(amount, float | int) else amount.draw(source)
