"""What the forecast that the worker kept says of the day after the demo's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

BUSIEST = 3

Item = Mapping[str, Any]


def tomorrow_lines(items: Sequence[Item], day: date) -> list[str]:
    """Return the peaks and the agents of a day in words, from what `GET /api/v1/staffing` answers.

    Empty where nothing is forecast for the day: then there is nothing kept to tell.
    """
    rows = [item for item in items if _at(item).date() == day and item["calls"] > 0]
    if not rows:
        return []
    calls = sum(row["calls"] for row in rows)
    busiest = sorted(rows, key=lambda row: -row["calls"])[:BUSIEST]
    peaks = ", ".join(f"{_at(row):%H:%M} ({row['calls']:.0f} calls)" for row in busiest)
    lines = [
        f"The forecast kept in the night expects {calls:.0f} calls on {day:%A}; busiest {peaks}."
    ]
    by_hour = [
        (hour, max(row["agents"] for row in those))
        for hour, those in groupby(rows, key=lambda row: _at(row).hour)
    ]
    lines.append(
        "Agents on the phones: " + ", ".join(f"{hour:02d} h {most}" for hour, most in by_hour)
    )
    return lines


def _at(item: Item) -> datetime:
    return datetime.fromisoformat(item["start"])
