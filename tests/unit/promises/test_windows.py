"""Which times may be promised."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.lines.hours import Opening, daily_openings_from
from callback.lines.line import OpeningSpan
from callback.promises.windows import Window, asap_window, window_from, windows_of, with_room
from tests.unit.builders import INSTANTS, every_day, make_line, utc

NINE = utc(2026, 3, 2, 9)
MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
LENGTHS = st.integers(1, 240).map(lambda minutes: minutes * MINUTE)


@st.composite
def openings(draw: st.DrawFn) -> list[Opening]:
    """Openings in order, apart from each other, on whole minutes."""
    bounds = sorted(draw(st.sets(st.integers(0, 5000), max_size=8)))
    return [
        Opening(NINE + opens * MINUTE, NINE + closes * MINUTE)
        for opens, closes in zip(bounds[::2], bounds[1::2], strict=False)
    ]


MOMENTS = st.integers(-60, 5000 * 60).map(lambda seconds: NINE + timedelta(seconds=seconds))


def test_windows_are_laid_end_to_end_from_the_first_minute() -> None:
    opening = Opening(NINE, NINE + timedelta(minutes=50))
    assert list(windows_of([opening], QUARTER, NINE)) == [
        Window(NINE, NINE + QUARTER),
        Window(NINE + QUARTER, NINE + 2 * QUARTER),
        Window(NINE + 2 * QUARTER, NINE + 3 * QUARTER),
    ]


@pytest.mark.parametrize(
    ("seconds_past_nine", "first_minute"),
    [(-60, 0), (0, 0), (1, 15), (899, 15), (900, 15), (901, 30)],
)
def test_the_first_window_is_the_next_to_begin(seconds_past_nine: int, first_minute: int) -> None:
    earliest = NINE + timedelta(seconds=seconds_past_nine)
    first = next(windows_of([Opening(NINE, NINE + timedelta(hours=1))], QUARTER, earliest))
    assert first.start == NINE + first_minute * MINUTE


@given(openings(), LENGTHS, MOMENTS)
def test_windows_lie_in_openings_in_order_without_overlap_and_never_early(
    given_openings: list[Opening], length: timedelta, earliest: datetime
) -> None:
    windows = list(windows_of(given_openings, length, earliest))
    for window in windows:
        assert window.until - window.start == length
        assert window.start >= earliest
        assert any(o.opens <= window.start and window.until <= o.closes for o in given_openings)
    assert all(a.until <= b.start for a, b in pairwise(windows))


@given(openings(), LENGTHS, MOMENTS)
def test_no_window_that_would_fit_is_left_out(
    given_openings: list[Opening], length: timedelta, earliest: datetime
) -> None:
    expected = [
        Window(o.opens + n * length, o.opens + (n + 1) * length)
        for o in given_openings
        for n in range((o.closes - o.opens) // length)
        if o.opens + n * length >= earliest
    ]
    assert list(windows_of(given_openings, length, earliest)) == expected


@given(
    INSTANTS,
    st.timedeltas(timedelta(0), timedelta(days=4)),
    st.integers(5, 240).map(lambda minutes: minutes * MINUTE),
    st.sampled_from([[], every_day("00:00", "24:00"), every_day("07:20", "19:00")]),
    st.sampled_from(["America/New_York", "Australia/Lord_Howe"]),
)
def test_callers_who_ask_at_different_times_are_offered_the_same_windows(
    now: datetime, later: timedelta, length: timedelta, hours: list[OpeningSpan], zone: str
) -> None:
    line = make_line(*hours, time_zone=zone)
    second = now + later
    end = second + timedelta(days=2)

    def offered(asked_at: datetime) -> list[Window]:
        windows = windows_of(daily_openings_from(line, asked_at, days=8), length, asked_at)
        return [window for window in windows if second <= window.start < end]

    assert offered(now) == offered(second)


def test_only_windows_with_room_are_chosen_and_no_more_than_asked() -> None:
    windows = list(windows_of([Opening(NINE, NINE + timedelta(hours=2))], QUARTER, NINE))
    room = {
        window: places for window, places in zip(windows, [0, 1, -1, 2, 0, 3, 1, 1], strict=True)
    }
    assert with_room(windows, room.__getitem__, 3) == [windows[1], windows[3], windows[5]]
    assert with_room(windows, room.__getitem__, 99) == [windows[i] for i in (1, 3, 5, 6, 7)]
    assert with_room(windows, room.__getitem__, 0) == []
    assert with_room(windows, lambda _: 0, 3) == []


def test_room_is_asked_for_no_longer_than_needed() -> None:
    asked: list[Window] = []

    def room(window: Window) -> int:
        asked.append(window)
        return 1

    endless = windows_of([Opening(NINE, utc(2030, 1, 1))], QUARTER, NINE)
    assert len(with_room(endless, room, 2)) == 2
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("high_seconds", "minutes"),
    [(0, 10), (60, 10), (300, 10), (301, 15), (450, 15), (451, 20), (1800, 60)],
)
def test_who_keeps_the_place_is_promised_twice_the_upper_wait_rounded_up(
    high_seconds: int, minutes: int
) -> None:
    window = asap_window(NINE, timedelta(seconds=high_seconds), utc(2026, 3, 2, 20))
    assert window == Window(NINE, NINE + minutes * MINUTE)


def test_nothing_is_promised_past_closing() -> None:
    assert asap_window(NINE, timedelta(0), NINE + 10 * MINUTE) is not None
    assert asap_window(NINE, timedelta(0), NINE + 10 * MINUTE - timedelta(seconds=1)) is None


@given(
    st.timedeltas(timedelta(0), timedelta(hours=6)),
    st.timedeltas(timedelta(0), timedelta(hours=12)),
)
def test_a_promise_begins_at_once_covers_the_honest_wait_and_ends_before_closing(
    high: timedelta, open_for: timedelta
) -> None:
    window = asap_window(NINE, high, NINE + open_for)
    if window is None:
        assert open_for < max(2 * high + timedelta(minutes=5), timedelta(minutes=10))
    else:
        assert window.start == NINE
        assert NINE + 2 * high <= window.until <= NINE + open_for
        assert (window.until - NINE) % timedelta(minutes=5) == timedelta(0)


@pytest.mark.parametrize(
    ("start", "kept"),
    [
        (utc(2026, 3, 2, 9), True),
        (utc(2026, 3, 2, 9, 7), True),
        (utc(2026, 3, 2, 19, 45), True),
        (utc(2026, 3, 2, 8, 59), False),  # now is nine
        (utc(2026, 3, 2, 19, 46), False),
        (utc(2026, 3, 2, 20), False),
        (utc(2026, 3, 3, 7, 59), False),
        (utc(2026, 3, 3, 8), True),
        (utc(2026, 9, 1, 19, 45), True),
        (utc(2026, 9, 1, 19, 46), False),
    ],
)
def test_a_chosen_window_is_ahead_and_wholly_open_also_months_from_now(
    start: datetime, kept: bool
) -> None:
    line = make_line(*every_day("08:00", "20:00"))
    assert window_from(line, start, NINE) == (Window(start, start + QUARTER) if kept else None)


def test_a_chosen_window_may_reach_over_midnight_where_the_line_is_open() -> None:
    line = make_line()
    for days in range(60):
        start = utc(2026, 3, 2, 23, 50) + timedelta(days=days)
        assert window_from(line, start, NINE) == Window(start, start + QUARTER)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=10)), st.integers(5, 240))
def test_every_window_that_is_offered_may_also_be_chosen(
    now: datetime, later: timedelta, minutes: int
) -> None:
    line = make_line(*every_day("07:20", "24:00"), time_zone="America/New_York")
    line.window_minutes = minutes
    offered = windows_of(daily_openings_from(line, now), line.window, now + later)
    window = next(offered)
    assert window_from(line, window.start, now) == window
