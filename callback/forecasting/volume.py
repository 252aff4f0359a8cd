"""The plain mean of past same weekdays, by interval: the shape of a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from callback.forecasting.history import Array, History, mean_where_counted


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

    An interval that was not counted on those days takes the mean of all earlier ones of the weekday, and a
    weekday that was never counted that of all days.
    """

    weeks: int = 4

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
