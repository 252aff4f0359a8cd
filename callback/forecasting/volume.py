"""Models of call volume: what they must offer, and the two plain ones that any other has to beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from callback.forecasting.history import Array, History, mean_where_counted


class FittedModel(Protocol):
    """A model that has seen a history."""

    def predict(self, days: Sequence[date]) -> Array:
        """Return the expected calls of `days` × intervals of a day, finite and never negative."""
        ...


class VolumeModel(Protocol):
    """A way to forecast calls per interval.

    It need not know when the line is open, nor how wide its own errors are: the forecast sets closed
    intervals to zero and learns the spread from the model's past errors.
    """

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def fit(self, history: History) -> FittedModel:
        """Learn from a history that has at least one counted day; NaN in it means not counted."""
        ...


@dataclass(frozen=True)
class WeekdayProfiles:
    """Expected calls for each weekday and interval: `calls[weekday, slot]`, weekday 0 Monday."""

    calls: Array

    def predict(self, days: Sequence[date]) -> Array:
        """Return the profile of each day's weekday."""
        return self.calls[[day.weekday() for day in days]]


@dataclass(frozen=True)
class RecentWeekdays:
    """The mean of the last `weeks` counted days of the same weekday.

    Simple, and hard to beat: over leads of a few days and more it does better than most methods of the
    textbooks (Taylor 2008; Barrow 2016). An interval that was not counted on those days takes the mean of
    all earlier ones of the weekday, and a weekday that was never counted that of all days.
    """

    weeks: int = 4

    @property
    def name(self) -> str:
        """What reports call it."""
        return "seasonal naive" if self.weeks == 1 else f"mean of last {self.weeks} same weekdays"

    def fit(self, history: History) -> WeekdayProfiles:
        """Take the means."""
        counted = ~np.isnan(history.counts)
        anyday = mean_where_counted(history.counts)
        weekdays = history.weekdays
        profiles = np.empty((7, history.slots))
        for weekday in range(7):
            rows = np.flatnonzero((weekdays == weekday) & counted.any(axis=1))
            recent, all_same = rows[-self.weeks :], counted[rows].any(axis=0)
            profile = np.where(all_same, mean_where_counted(history.counts[rows]), anyday)
            in_recent = counted[recent].any(axis=0)
            profiles[weekday] = np.where(
                in_recent, mean_where_counted(history.counts[recent]), profile
            )
        return WeekdayProfiles(profiles)


SEASONAL_NAIVE = RecentWeekdays(weeks=1)
DEFAULT_MODEL: VolumeModel = RecentWeekdays(weeks=4)
