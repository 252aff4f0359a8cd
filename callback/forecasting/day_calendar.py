"""What is special about a day: public holidays, the days around them, events, and days of closing."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import holidays
import numpy as np
from numpy.typing import NDArray

from callback.errors import InvalidInput
from callback.forecasting.intervals import DAY

ORDINARY, HOLIDAY, EVE, MORROW, HALF_HOLIDAY, EVENT = range(6)
_OBSERVED = " (observed)"


@dataclass(frozen=True)
class DayCalendar:
    """The special days of one line.

    `country` (ISO 3166 alpha-2) brings the public holidays of the `holidays` library, and its optional ones
    as half-holidays. `events` are the line's own days by name, such as a billing run: days of one name share
    an effect, learnt from the earlier ones. On `closed` days nobody works, so nobody is expected.
    """

    country: str | None = None
    events: Mapping[date, str] = field(default_factory=dict)
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a country whose holidays nobody knows."""
        if self.country is not None and self.country not in holidays.list_supported_countries():
            raise InvalidInput(
                "country", f"{self.country!r}; must be a code of two letters such as DE or US"
            )

    def kind_of(self, day: date) -> tuple[int, str]:
        """Return what kind of day it is, and the name that it shares with others like it."""
        if day in self.events:
            return EVENT, self.events[day]
        public, optional = _holidays_of(self.country, day.year)
        if day in public:
            return HOLIDAY, public[day]
        if day in optional:
            return HALF_HOLIDAY, optional[day]
        if (following := day + DAY) in _holidays_of(self.country, following.year)[0]:
            return EVE, ""
        if (before := day - DAY) in _holidays_of(self.country, before.year)[0]:
            return MORROW, ""
        return ORDINARY, ""


@lru_cache(maxsize=256)
def _holidays_of(country: str | None, year: int) -> tuple[Mapping[date, str], Mapping[date, str]]:
    if country is None:
        return {}, {}
    public = _named(holidays.country_holidays(country, years=year))
    supported = getattr(holidays, country).supported_categories
    if holidays.OPTIONAL not in supported:
        return public, {}
    optional = _named(
        holidays.country_holidays(country, years=year, categories=(holidays.OPTIONAL,))
    )
    return public, {day: name for day, name in optional.items() if day not in public}


def _named(found: Mapping[date, str]) -> dict[date, str]:
    return {day: name.removesuffix(_OBSERVED) for day, name in found.items()}


@dataclass(frozen=True)
class DayDesign:
    """Consecutive days as the regression sees them: one entry a day in every array.

    `kinds` are those of `DayCalendar`, `names` number the days that share one (0 for none), `after_closing`
    tells the first open day after a closed one, `month_phase` runs from 0 to 2π through the month.
    """

    days: tuple[date, ...]
    weekdays: NDArray[np.int64]
    kinds: NDArray[np.int64]
    names: NDArray[np.int64]
    after_closing: NDArray[np.bool_]
    month_phase: NDArray[np.float64]


def day_design(days: Sequence[date], special: DayCalendar, closed: NDArray[np.bool_]) -> DayDesign:
    """Describe consecutive `days`, of which `closed` tells those on which the line does not work."""
    kinds = [special.kind_of(day) for day in days]
    names = {name: number for number, name in enumerate(sorted({n for _, n in kinds if n}), 1)}
    lengths = [calendar.monthrange(day.year, day.month)[1] for day in days]
    return DayDesign(
        days=tuple(days),
        weekdays=np.array([day.weekday() for day in days], dtype=np.int64),
        kinds=np.array([kind for kind, _ in kinds], dtype=np.int64),
        names=np.array([names.get(name, 0) for _, name in kinds], dtype=np.int64),
        after_closing=np.concatenate(([False], closed[:-1])) & ~closed,
        month_phase=np.array(
            [
                2 * np.pi * (day.day - 0.5) / length
                for day, length in zip(days, lengths, strict=True)
            ]
        ),
    )
