"""Local days cut into intervals, on ordinary days and when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.errors import InvalidInput
from callback.forecasting.intervals import check_interval, interval_starts, midnight, slot_of

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Santiago",
)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_a_day_has_as_many_hours_as_its_clock_shows(day: date, hours: int, minutes: int) -> None:
    starts = list(interval_starts(day, day, BERLIN, minutes))
    assert len(starts) == hours * 60 // minutes
    assert starts[0] == midnight(day, BERLIN)


def test_the_repeated_hour_has_its_numbers_twice_and_the_skipped_one_none() -> None:
    autumn = [
        slot_of(s, BERLIN, 60)[1] for s in interval_starts(*[date(2026, 10, 25)] * 2, BERLIN, 60)
    ]
    spring = [
        slot_of(s, BERLIN, 60)[1] for s in interval_starts(*[date(2026, 3, 29)] * 2, BERLIN, 60)
    ]
    assert autumn[:5] == [0, 1, 2, 2, 3]
    assert spring[:4] == [0, 1, 3, 4]


def test_a_day_without_midnight_begins_with_its_first_instant() -> None:
    # Chile's clocks jump from midnight to one o'clock.
    assert midnight(date(2026, 9, 6), ZoneInfo("America/Santiago")) == datetime(
        2026, 9, 6, 4, tzinfo=UTC
    )


@given(
    st.sampled_from(ZONES),
    st.dates(date(2025, 1, 1), date(2027, 12, 1)),
    st.integers(0, 20),
    st.sampled_from([15, 30, 60]),
)
def test_intervals_cover_their_days_without_gap_or_overlap(
    name: str, first: date, days: int, minutes: int
) -> None:
    zone, last = ZoneInfo(name), first + timedelta(days=days)
    starts = list(interval_starts(first, last, zone, minutes))
    steps = {later - earlier for earlier, later in pairwise(starts)}
    assert all(timedelta(0) < step <= timedelta(minutes=minutes) for step in steps)
    assert {slot_of(start, zone, minutes)[0] for start in starts} == {
        first + timedelta(days=n) for n in range(days + 1)
    }


def test_other_lengths_are_refused() -> None:
    with pytest.raises(InvalidInput, match="15, 30 or 60"):
        check_interval(20)
