"""The real call logs, where they are at hand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from callback.calls.counts_file import count_file
from callback.forecasting.day_calendar import DayCalendar
from callback.forecasting.history import History, without_gaps

SHARED = Path(os.environ.get("CALLBACK_SHARED_DIR", Path(__file__).parents[4] / "shared"))


@dataclass(frozen=True)
class RealLog:
    """One file, whose holidays count, its days of closing, and the day after its last."""

    file: str
    country: str | None
    closed: tuple[date, ...] = ()

    def history(self, minutes: int = 30) -> History:
        path = SHARED / "data" / self.file
        if not path.exists():
            pytest.skip(f"the call log {self.file} is not at hand")
        return without_gaps(count_file(path, minutes).history)

    @property
    def special(self) -> DayCalendar:
        return DayCalendar(self.country, closed=frozenset(self.closed))


BANK = RealLog(
    "large_bank_5min.csv.gz",
    "US",
    (date(2003, 4, 4), date(2003, 4, 7), date(2003, 5, 26), date(2003, 7, 4)),
)
TECHNION = RealLog("small_bank_6min.csv.gz", "IL", (date(1999, 5, 23),))
EMERGENCY = RealLog("emergency_911_percall.csv.gz", "US")
SIMULATED = RealLog("simulated_percall.csv.gz", None)
