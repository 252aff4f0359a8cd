"""Opening hours: ordinary days, days of 23 and 25 hours, holidays, and lines that never close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.errors import InvalidInput
from callback.lines.hours import (
    Opening,
    check_spans,
    current_opening,
    daily_openings_from,
    holiday_name,
    instant_of,
    is_open,
    known_country,
    next_opening,
    openings_from,
    openings_of,
    wall_minute,
)
from callback.lines.line import OpeningSpan
from tests.unit.builders import INSTANTS, every_day, make_line, span, utc

NEW_YORK = "America/New_York"
BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"
HOUR = timedelta(hours=1)

ZONES = st.sampled_from(
    [NEW_YORK, BERLIN, LORD_HOWE, "UTC", "Asia/Kathmandu", "America/Santiago", "Africa/Cairo"]
)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def hhmm(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def weeks(draw: st.DrawFn) -> list[OpeningSpan]:
    """Opening hours that `check_spans` accepts, in any order; at least one span."""
    spans = []
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        bounds = sorted(draw(st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True)))
        spans += [
            span(day, hhmm(opens), hhmm(closes))
            for opens, closes in zip(bounds[::2], bounds[1::2], strict=False)
        ]
    return draw(st.permutations(spans))


# Times of the day


@pytest.mark.parametrize(
    ("text", "minute"),
    [("00:00", 0), ("08:05", 485), ("8:05", 485), ("23:59", 1439), ("24:00", 1440)],
)
def test_a_time_of_the_day_is_read_as_minutes(text: str, minute: int) -> None:
    assert wall_minute(text) == minute


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8",
        "08:5",
        "08:60",
        "24:01",
        "25:00",
        "-1:00",
        "08:00:00",
        "8.30",
        "ab:cd",
        ":30",
        "²:00",
    ],
)
def test_what_is_no_time_of_the_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        wall_minute(text)
    assert refused.value.field == "opening_hours"


# Spans


@given(weeks())
def test_spans_that_do_not_contradict_each_other_are_accepted(spans: list[OpeningSpan]) -> None:
    check_spans(spans)


@pytest.mark.parametrize(
    ("spans", "says"),
    [
        ([span(7, "08:00", "09:00")], "0 .Monday. to 6"),
        ([span(-1, "08:00", "09:00")], "0 .Monday. to 6"),
        ([span(0, "09:00", "08:00")], "no span"),
        ([span(0, "09:00", "09:00")], "no span"),
        ([span(0, "22:00", "00:00")], "no span"),
        ([span(0, "08:00", "12:01"), span(0, "12:00", "18:00")], "day 0 overlap"),
        ([span(3, "12:00", "18:00"), span(3, "08:00", "12:01")], "day 3 overlap"),
        ([span(3, "08:00", "18:00"), span(3, "09:00", "10:00")], "day 3 overlap"),
        ([span(3, "08:00", "18:00"), span(3, "08:00", "18:00")], "day 3 overlap"),
        ([span(0, "08:00", "25:00")], "24:00"),
    ],
)
def test_spans_that_contradict_themselves_are_refused(spans: list[OpeningSpan], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        check_spans(spans)


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [span(0, "08:00", "12:00"), span(0, "12:00", "18:00")],
        [span(0, "08:00", "12:00"), span(1, "08:00", "12:00")],
        [span(0, "00:00", "24:00"), span(1, "00:00", "24:00")],
    ],
)
def test_spans_that_touch_or_lie_on_different_days_do_not_overlap(
    spans: list[OpeningSpan],
) -> None:
    check_spans(spans)


# Instants of wall-clock times


@pytest.mark.parametrize(
    ("zone", "day", "minute", "instant"),
    [
        (NEW_YORK, date(2026, 3, 2), 9 * 60, utc(2026, 3, 2, 14)),
        (NEW_YORK, date(2026, 3, 2), 1440, utc(2026, 3, 3, 5)),
        # 02:30 does not exist on 8 March: it moves forward to 03:30 in summer time.
        (NEW_YORK, date(2026, 3, 8), 2 * 60 + 30, utc(2026, 3, 8, 7, 30)),
        (NEW_YORK, date(2026, 3, 8), 2 * 60, utc(2026, 3, 8, 7)),
        (NEW_YORK, date(2026, 3, 8), 3 * 60, utc(2026, 3, 8, 7)),
        (NEW_YORK, date(2026, 3, 8), 1440, utc(2026, 3, 9, 4)),
        # 01:30 comes twice on 1 November: the first, in summer time, counts.
        (NEW_YORK, date(2026, 11, 1), 90, utc(2026, 11, 1, 5, 30)),
        (NEW_YORK, date(2026, 11, 1), 120, utc(2026, 11, 1, 7)),
        (BERLIN, date(2026, 3, 29), 2 * 60 + 30, utc(2026, 3, 29, 1, 30)),
        (BERLIN, date(2026, 10, 25), 2 * 60 + 30, utc(2026, 10, 25, 0, 30)),
        # Lord Howe Island moves its clocks by half an hour.
        (LORD_HOWE, date(2026, 10, 4), 2 * 60 + 15, utc(2026, 10, 3, 15, 45)),
        (LORD_HOWE, date(2026, 4, 5), 60 + 45, utc(2026, 4, 4, 14, 45)),
        # Midnight itself is skipped in Santiago on 6 September: 24:00 is when the next day begins.
        ("America/Santiago", date(2026, 9, 5), 1440, utc(2026, 9, 6, 4)),
        ("America/Santiago", date(2026, 9, 6), 0, utc(2026, 9, 6, 4)),
    ],
)
def test_a_wall_clock_time_has_one_instant(
    zone: str, day: date, minute: int, instant: datetime
) -> None:
    found = instant_of(day, minute, ZoneInfo(zone))
    assert found == instant
    assert found.tzinfo is UTC


@given(DAYS, st.integers(0, 1440), ZONES)
def test_a_wall_clock_time_is_shown_again_unless_it_was_skipped(
    day: date, minute: int, zone: str
) -> None:
    instant = instant_of(day, minute, ZoneInfo(zone))
    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    asked = datetime.combine(day, time(0)) + timedelta(minutes=minute)
    assert shown - asked in {timedelta(0), timedelta(minutes=30), HOUR}
    if shown == asked:
        assert instant.astimezone(ZoneInfo(zone)).fold == 0


# Days


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, date(2026, 3, 7), 24),
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        ("America/Santiago", date(2026, 9, 6), 23),
    ],
)
@pytest.mark.parametrize("spans", [[], every_day("00:00", "24:00")])
def test_a_whole_day_lasts_as_long_as_the_clocks_make_it(
    zone: str, day: date, hours: float, spans: list[OpeningSpan]
) -> None:
    (opening,) = openings_of(make_line(*spans, time_zone=zone), day)
    assert opening.closes - opening.opens == timedelta(hours=hours)


def test_a_working_day_keeps_its_wall_clock_times_when_the_clocks_change() -> None:
    line = make_line(*every_day("08:00", "20:00"), time_zone=NEW_YORK)
    assert openings_of(line, date(2026, 3, 7)) == [Opening(utc(2026, 3, 7, 13), utc(2026, 3, 8, 1))]
    assert openings_of(line, date(2026, 3, 8)) == [Opening(utc(2026, 3, 8, 12), utc(2026, 3, 9, 0))]


def test_a_day_may_have_several_spans_in_any_order() -> None:
    line = make_line(
        span(0, "13:00", "17:00"), span(1, "07:00", "08:00"), span(0, "08:00", "12:00")
    )
    assert openings_of(line, date(2026, 3, 2)) == [
        Opening(utc(2026, 3, 2, 8), utc(2026, 3, 2, 12)),
        Opening(utc(2026, 3, 2, 13), utc(2026, 3, 2, 17)),
    ]
    assert openings_of(line, date(2026, 3, 4)) == []


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        # Nothing of it is left: the clocks go from 02:00 to 03:00.
        ([span(6, "02:00", "03:00")], []),
        ([span(6, "02:30", "03:00")], []),
        ([span(6, "02:30", "03:30")], []),
        ([span(6, "02:30", "03:00"), span(6, "03:00", "04:00")], [(7 * 60, 8 * 60)]),
        ([span(6, "02:15", "02:45"), span(6, "03:00", "04:00")], [(7 * 60, 8 * 60)]),
        ([span(6, "01:00", "02:45"), span(6, "03:00", "03:15")], [(6 * 60, 7 * 60 + 45)]),
        ([span(6, "01:00", "02:00"), span(6, "03:00", "04:00")], [(6 * 60, 8 * 60)]),
    ],
)
def test_spans_about_a_skipped_hour_neither_turn_round_nor_hide_each_other(
    spans: list[OpeningSpan], expected: list[tuple[int, int]]
) -> None:
    midnight = utc(2026, 3, 8)
    assert openings_of(make_line(*spans, time_zone=NEW_YORK), date(2026, 3, 8)) == [
        Opening(midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes))
        for opens, closes in expected
    ]


@given(weeks(), DAYS, ZONES)
def test_the_openings_of_a_day_have_length_and_do_not_touch(
    spans: list[OpeningSpan], day: date, zone: str
) -> None:
    openings = openings_of(make_line(*spans, time_zone=zone), day)
    assert all(opening.opens < opening.closes for opening in openings)
    assert all(a.closes < b.opens for a, b in pairwise(openings))


# Holidays


def test_a_holiday_closes_the_line_in_its_country_only() -> None:
    christmas = date(2026, 12, 25)
    hours = every_day("08:00", "20:00")
    assert holiday_name("US", christmas) == "Christmas Day"
    assert openings_of(make_line(*hours, holidays_country="US"), christmas) == []
    assert openings_of(make_line(*hours), christmas) != []
    assert openings_of(make_line(*hours, holidays_country="GB"), date(2026, 7, 4)) != []
    assert openings_of(make_line(*hours, holidays_country="US"), date(2026, 7, 4)) == []
    assert holiday_name("US", date(2026, 7, 5)) is None
    assert holiday_name(None, christmas) is None


def test_a_holiday_closes_also_a_line_that_is_always_open_and_for_the_local_day() -> None:
    line = make_line(time_zone=NEW_YORK, holidays_country="US")
    assert is_open(line, utc(2026, 12, 25, 4, 59))
    assert not is_open(line, utc(2026, 12, 25, 5))
    assert not is_open(line, utc(2026, 12, 26, 4, 59))
    assert is_open(line, utc(2026, 12, 26, 5))
    assert next_opening(line, utc(2026, 12, 25, 12)) == utc(2026, 12, 26, 5)


@pytest.mark.parametrize(
    ("country", "known"), [("US", True), ("DE", True), ("ZZ", False), ("", False)]
)
def test_a_country_is_known_by_its_holidays(country: str, known: bool) -> None:
    assert known_country(country) is known


# Openings ahead


def test_a_span_to_midnight_joins_the_one_that_begins_there() -> None:
    line = make_line(span(0, "20:00", "24:00"), span(1, "00:00", "04:00"))
    expected = Opening(utc(2026, 3, 2, 20), utc(2026, 3, 3, 4))
    for now in (utc(2026, 3, 2, 12), utc(2026, 3, 2, 21), utc(2026, 3, 3, 0), utc(2026, 3, 3, 3)):
        assert next(openings_from(line, now)) == expected
    assert not is_open(line, utc(2026, 3, 3, 4))


def test_spans_a_minute_apart_are_not_joined() -> None:
    line = make_line(span(0, "20:00", "23:59"), span(1, "00:00", "04:00"))
    assert not is_open(line, utc(2026, 3, 2, 23, 59))
    assert is_open(line, utc(2026, 3, 3, 0))


def test_a_line_opens_on_the_minute_and_is_closed_at_its_closing() -> None:
    line = make_line(*every_day("08:00", "20:00"))
    assert not is_open(line, utc(2026, 3, 2, 7, 59, 59))
    assert is_open(line, utc(2026, 3, 2, 8))
    assert is_open(line, utc(2026, 3, 2, 19, 59, 59))
    assert not is_open(line, utc(2026, 3, 2, 20))


def test_the_next_opening_is_now_when_open_and_else_when_the_doors_open() -> None:
    line = make_line(*[span(day, "08:00", "20:00") for day in range(5)], time_zone=NEW_YORK)
    assert next_opening(line, utc(2026, 3, 2, 14)) == utc(2026, 3, 2, 14)
    # Friday evening: the next opening is on Monday, in summer time by then.
    assert next_opening(line, utc(2026, 3, 7, 2)) == utc(2026, 3, 9, 12)


def test_a_line_that_is_never_open_within_a_month_has_no_next_opening() -> None:
    # The half-hour before three is skipped on 8 March, and is there again a week later.
    line = make_line(span(6, "02:30", "03:00"), time_zone=NEW_YORK)
    saturday = utc(2026, 3, 7, 12)
    assert next_opening(line, saturday) == utc(2026, 3, 15, 6, 30)
    assert next(openings_from(line, saturday, days=3), None) is None
    never = make_line(span(0, "00:00", "00:00"))
    assert next_opening(never, saturday) is None
    assert current_opening(never, saturday) is None


@given(INSTANTS, ZONES)
def test_a_line_without_hours_never_closes(now: datetime, zone: str) -> None:
    line = make_line(time_zone=zone)
    opening = current_opening(line, now)
    assert opening is not None
    assert opening.closes - now >= timedelta(hours=23)
    assert next_opening(line, now) == now
    assert len(list(openings_from(line, now))) == 1


@given(weeks(), INSTANTS, ZONES)
def test_openings_ahead_are_in_order_apart_and_not_over(
    spans: list[OpeningSpan], now: datetime, zone: str
) -> None:
    openings = list(openings_from(make_line(*spans, time_zone=zone), now))
    assert all(opening.closes > now for opening in openings)
    assert all(a.closes < b.opens for a, b in pairwise(openings))


def wall_says_open(spans: Sequence[OpeningSpan], now: datetime, zone: str) -> bool:
    local = now.astimezone(ZoneInfo(zone))
    at = local.strftime("%H:%M")
    return any(s["day"] == local.weekday() and s["opens"] <= at < s["closes"] for s in spans)


@given(weeks(), INSTANTS, ZONES)
def test_a_line_is_open_when_the_clock_on_the_wall_says_so(
    spans: list[OpeningSpan], now: datetime, zone: str
) -> None:
    for offset in (-2, 2):
        near = now + timedelta(hours=offset)
        if (
            near.astimezone(ZoneInfo(zone)).utcoffset()
            != now.astimezone(ZoneInfo(zone)).utcoffset()
        ):
            return  # what holds near a change of the clocks is stated one by one above
    line = make_line(*spans, time_zone=zone)
    assert is_open(line, now) is wall_says_open(spans, now, zone)
    opening = current_opening(line, now)
    assert (opening is not None) is is_open(line, now)
    if opening is not None:
        assert opening.opens <= now < opening.closes


@given(weeks(), INSTANTS, st.timedeltas(timedelta(0), timedelta(days=7)), ZONES)
def test_the_openings_of_single_days_do_not_depend_on_who_looks_when(
    spans: list[OpeningSpan], now: datetime, later: timedelta, zone: str
) -> None:
    line = make_line(*spans, time_zone=zone)
    early = [o for o in daily_openings_from(line, now, days=14) if o.closes > now + later]
    late = list(daily_openings_from(line, now + later, days=14))
    assert late[: len(early)] == early


def test_an_opening_that_closes_this_minute_is_over() -> None:
    line = make_line(*every_day("08:00", "20:00"))
    closing = utc(2026, 3, 2, 20)
    assert next(daily_openings_from(line, closing)).opens == utc(2026, 3, 3, 8)
    assert next(openings_from(line, closing)).opens == utc(2026, 3, 3, 8)


@given(weeks(), INSTANTS, ZONES)
def test_joined_or_day_by_day_the_line_is_open_just_as_long(
    spans: list[OpeningSpan], now: datetime, zone: str
) -> None:
    line = make_line(*spans, time_zone=zone)

    def open_from_now(openings: Sequence[Opening]) -> timedelta:
        return sum((o.closes - max(now, o.opens) for o in openings), timedelta(0))

    joined = list(openings_from(line, now))
    daily = list(daily_openings_from(line, now))
    assert open_from_now(joined) == open_from_now(daily)
    assert len(daily) >= len(joined)
