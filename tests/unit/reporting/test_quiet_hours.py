"""Hours with short waits: only with calls enough, only if they are better than the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callback.reporting.quiet_hours import quiet_hours
from tests.unit.builders import utc

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = utc(2026, 3, 2, 14)  # nine in New York


def waits(*by_hour: tuple[int, float, int]) -> list[tuple[datetime, float]]:
    """Return for each (hours after nine, wait, calls) so many calls."""
    return [
        (MONDAY + timedelta(hours=hour, minutes=minute), wait)
        for hour, wait, calls in by_hour
        for minute in range(calls)
    ]


def test_the_shortest_waits_come_first_and_are_told_in_order_of_the_day() -> None:
    log = waits((0, 300, 10), (1, 40, 10), (2, 200, 10), (5, 10, 10), (6, 20, 10), (7, 30, 10))
    assert quiet_hours(log, NEW_YORK) == [14, 15, 16]
    assert quiet_hours(log, NEW_YORK, most=1) == [14]


def test_a_few_calls_tell_nothing() -> None:
    assert quiet_hours(waits((0, 300, 10), (1, 0, 4)), NEW_YORK) == []


def test_where_every_hour_is_alike_none_is_recommended() -> None:
    assert quiet_hours(waits((0, 60, 10), (1, 60, 10)), NEW_YORK) == []
    assert quiet_hours([], NEW_YORK) == []
