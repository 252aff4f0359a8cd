"""Made-up histories that the forecasting tests share."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from callback.forecasting.history import Array, History

MONDAY = date(2026, 1, 5)


def history(counts: Array, first: date = MONDAY, minutes: int = 60) -> History:
    days = tuple(first + timedelta(days=index) for index in range(len(counts)))
    return History(days, minutes, np.asarray(counts, dtype=float))


def poisson_weeks(weeks: int, rate: float = 20.0, seed: int = 7, minutes: int = 60) -> History:
    """Poisson counts whose rate rises towards Friday and swings over the day; closed before six."""
    rng = np.random.default_rng(seed)
    slots = 24 * 60 // minutes
    hours = np.arange(slots) * minutes / 60
    shape = np.where(hours >= 6, 1 + np.sin((hours - 6) / 18 * np.pi), 0.0)
    days = np.arange(7 * weeks)
    rates = rate * (1 + 0.1 * (days % 7))[:, None] * shape[None, :]
    return history(rng.poisson(rates), minutes=minutes)
