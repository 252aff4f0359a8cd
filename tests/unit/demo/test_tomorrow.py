"""The day after the demo's, as the kept forecast tells it."""

from __future__ import annotations

from datetime import date
from typing import Any

from callback.demo.tomorrow import tomorrow_lines

TUESDAY = date(2026, 3, 3)


def item(start: str, calls: float, agents: int) -> dict[str, Any]:
    return {"start": start, "calls": calls, "agents": agents}


def test_peaks_and_agents_of_the_day_are_told_and_no_other_day_s() -> None:
    items = [
        item("2026-03-02T09:00:00+01:00", 99.0, 30),
        item("2026-03-03T08:30:00+01:00", 0.0, 0),
        item("2026-03-03T09:00:00+01:00", 12.4, 3),
        item("2026-03-03T09:30:00+01:00", 20.0, 5),
        item("2026-03-03T10:00:00+01:00", 9.6, 2),
        item("2026-03-03T10:30:00+01:00", 8.0, 2),
    ]
    assert tomorrow_lines(items, TUESDAY) == [
        "The forecast kept in the night expects 50 calls on Tuesday; busiest 09:30 (20 calls),"
        " 09:00 (12 calls), 10:00 (10 calls).",
        "Agents on the phones: 09 h 5, 10 h 2",
    ]


def test_of_a_day_that_nobody_forecast_nothing_is_told() -> None:
    assert tomorrow_lines([item("2026-03-02T09:00:00+01:00", 9.0, 3)], TUESDAY) == []
    assert tomorrow_lines([], TUESDAY) == []
