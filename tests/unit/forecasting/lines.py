"""Made-up lines with a day's shape, a week's rhythm and a level, and what may befall them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from callback.forecasting.history import History

MONDAY = date(2025, 9, 1)
WEEK = np.array([1.3, 1.1, 1.0, 1.0, 1.05, 0.5, 0.4])


def rates_of(
    days: int, rate: float = 20.0, *, weekends: bool = True, slots: int = 48
) -> np.ndarray:
    hours = np.arange(slots) * 24 / slots
    shape = np.where((hours >= 8) & (hours < 20), np.sin((hours - 7) / 14 * np.pi), 0.0)
    week = WEEK if weekends else np.where(np.arange(7) < 5, WEEK, 0.0)
    return rate * week[np.arange(days) % 7][:, None] * shape


def line_of(days: int, rate: float = 20.0, *, weekends: bool = True, seed: int = 3) -> History:
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(0, 0.03, size=days))[:, None]
    return History(
        tuple(MONDAY + timedelta(days=day) for day in range(days)),
        30,
        rng.poisson(rates_of(days, rate, weekends=weekends) * level).astype(float),
    )
