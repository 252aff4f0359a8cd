"""Made-up logs of lines of every sort, with the rates behind them to hold a forecast against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from callback.forecasting.day_calendar import HOLIDAY, DayCalendar
from callback.forecasting.history import Array
from tests.unit.forecasting.lines import MONDAY, rates_of

AHEAD = 28


@dataclass(frozen=True)
class Unseen:
    """Counts of past days (NaN: none were kept), and the rates and counts of the 28 days after them."""

    past: Array
    rates: Array
    came: Array
    country: str | None = None

    @property
    def as_of(self) -> date:
        return MONDAY + timedelta(days=len(self.past))

    def csv(self) -> str:
        rows = ["start,calls"]
        for day, counts in enumerate(self.past):
            rows += [
                f"{MONDAY + timedelta(days=day)} {slot // 2:02}:{slot % 2 * 30:02},{int(calls)}"
                for slot, calls in enumerate(counts)
                if not np.isnan(calls)
            ]
        return "\n".join(rows) + "\n"


def line(
    days: int,
    rate: float = 20.0,
    *,
    weekends: bool = True,
    factors: Callable[[Array], Array] = np.ones_like,
    seed: int = 1,
) -> Unseen:
    """A line whose days differ by 4 %, times what `factors` says of the number of a day."""
    rng = np.random.default_rng(seed)
    rates = rates_of(days + AHEAD, rate, weekends=weekends)
    rates = rates * factors(np.arange(days + AHEAD, dtype=float))[:, None]
    counts = rng.poisson(rates * np.exp(rng.normal(0, 0.04, (days + AHEAD, 1)))).astype(float)
    return Unseen(counts[:days], rates[days:], counts[days:])


def befallen(days: int, accident: Callable[[Array], None]) -> Unseen:
    """An ordinary line to whose log something has happened."""
    made = line(days)
    accident(made.past)
    return made


def _outage(counts: Array) -> None:
    counts[-3, 16:40] = 0


def _doubled_week(counts: Array) -> None:
    counts[-14:-7] *= 2


def _spike(counts: Array) -> None:
    counts[-4, 22] = 90_000


def _missing(counts: Array) -> None:
    counts[np.random.default_rng(5).random(len(counts)) < 0.3] = np.nan


def one_interval() -> Unseen:
    made = line(98, 60.0)
    for counts in (made.past, made.rates, made.came):
        counts[:, np.arange(48) != 24] = 0
    return made


def closed_on_holidays() -> Unseen:
    """Closed on each holiday of the United States; the 28 days to come hold two that no log has seen."""
    days = 305
    special = DayCalendar("US")
    kinds = np.array(
        [special.kind_of(MONDAY + timedelta(days=day))[0] for day in range(days + AHEAD)]
    )
    made = line(days, factors=lambda _: np.where(kinds == HOLIDAY, 0.0, 1.0))
    return Unseen(made.past, made.rates, made.came, "US")


LINES: dict[str, Callable[[], Unseen]] = {
    "outage": lambda: befallen(98, _outage),
    "doubled week": lambda: befallen(98, _doubled_week),
    "spike": lambda: befallen(98, _spike),
    "missing days": lambda: befallen(98, _missing),
    "ten days": lambda: line(10),
    "closed weekends": lambda: line(98, weekends=False),
    "strong trend": lambda: line(168, factors=lambda day: np.exp(0.004 * day)),
    "new level": lambda: line(98, factors=lambda day: np.where(day >= 88, 1.4, 1.0)),
    "lower level": lambda: line(126, factors=lambda day: np.where(day >= 98, 0.7, 1.0)),
    "tiny": lambda: line(112, 0.25),
    "tiny and short": lambda: line(28, 0.25),
    "one interval": one_interval,
    "holidays": closed_on_holidays,
}
