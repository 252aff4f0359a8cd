"""The shape of a week: how many calls each weekday's intervals bring on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callback.forecasting.history import Array, History
from callback.forecasting.volume import RecentWeekdays


@dataclass(frozen=True)
class Peak:
    """One of the busiest intervals of the week; `weekday` 0 is Monday, `minute` counts from midnight."""

    weekday: int
    minute: int
    calls: float


@dataclass(frozen=True)
class WeekShape:
    """Mean calls by weekday (0 Monday) and interval: `calls[weekday, slot]`."""

    interval_minutes: int
    calls: Array

    def busiest(self, number: int = 5) -> list[Peak]:
        """Return the busiest intervals, the busiest first; none in which nobody calls."""
        order = np.argsort(-self.calls, axis=None, kind="stable")[:number]
        slots = self.calls.shape[1]
        peaks = [
            Peak(
                int(at // slots),
                int(at % slots) * self.interval_minutes,
                float(self.calls.flat[at]),
            )
            for at in order
        ]
        return [peak for peak in peaks if peak.calls > 0]

    @property
    def hours_with_calls(self) -> range:
        """The hours of the day outside which nobody calls on any weekday."""
        busy = np.flatnonzero(self.calls.sum(axis=0)) * self.interval_minutes // 60
        return range(int(busy[0]), int(busy[-1]) + 1) if busy.size else range(0)

    def hourly(self, weekday: int, hour: int) -> float:
        """Return the mean calls of one hour of a weekday."""
        in_an_hour = 60 // self.interval_minutes
        return float(self.calls[weekday, hour * in_an_hour : (hour + 1) * in_an_hour].sum())


def week_shape(history: History) -> WeekShape:
    """Return the mean of all counted days, by weekday and interval; zero where none was counted."""
    fitted = RecentWeekdays(weeks=max(1, len(history.days))).fit(history)
    counted = np.zeros_like(fitted.calls, dtype=bool)
    np.logical_or.at(counted, history.weekdays, ~np.isnan(history.counts))
    return WeekShape(history.interval_minutes, np.where(counted, fitted.calls, 0.0))
