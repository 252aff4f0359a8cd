"""Instants and durations in the ways in which call logs write them."""

# ruff: noqa: DTZ001 - logs write moments without a zone

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.calls.log_times import (
    DateOrder,
    TimeReader,
    date_order_of,
    is_ambiguous,
    next_if_past_midnight,
    seconds_in,
    to_instant,
    zone_named,
)
from callback.errors import InvalidInput

NINE_05 = datetime(2026, 3, 12, 9, 5, 7)
EAST = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-12T09:05:07", NINE_05),
        ("2026-03-12 09:05:07", NINE_05),
        ("2026-03-12 09:05:07.250", NINE_05.replace(microsecond=250_000)),
        ("2026/03/12 09:05:07", NINE_05),
        ("2026-03-12 9:05:07 AM", NINE_05),
        ("12.03.2026 09:05:07", NINE_05),
        ("12/03/2026 09:05:07", NINE_05),
        ("12-03-26 9:05:07", NINE_05),
        ("12 Mar 2026 09:05:07", NINE_05),
        ("12-Mar-2026 9:05:07 am", NINE_05),
        ("March 12, 2026 9:05:07 AM", NINE_05),
        ("2026-03-12T09:05:07Z", NINE_05.replace(tzinfo=UTC)),
        ("2026-03-12 09:05:07 UTC", NINE_05.replace(tzinfo=UTC)),
        ("2026-03-12T09:05:07-05:00", NINE_05.replace(tzinfo=EAST)),
        ("Thu, 12 Mar 2026 09:05:07 +0000", NINE_05.replace(tzinfo=UTC)),
        ("1773306307", NINE_05.replace(tzinfo=UTC)),
        ("1773306307000", NINE_05.replace(tzinfo=UTC)),
    ],
)
def test_common_forms_are_read(text: str, moment: datetime) -> None:
    read = TimeReader(DateOrder.DAY_FIRST).moment(text)
    assert read == moment
    assert (read.tzinfo is None) == (moment.tzinfo is None)


def test_month_first_is_read_when_said() -> None:
    assert TimeReader(DateOrder.MONTH_FIRST).moment("03/12/2026 09:05:07") == NINE_05


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9:05:07", NINE_05),
        ("09:05:07 AM", NINE_05),
        ("12:00 am", NINE_05.replace(hour=0, minute=0, second=0)),
    ],
)
def test_a_time_of_day_is_completed_by_its_date(text: str, clock: datetime) -> None:
    assert TimeReader().moment(text, date(2026, 3, 12)) == clock


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("09:05", "without a date"),
        ("2026-03-12", "without a time of day"),
        ("03/04/2026 09:05", "day or month first"),
        ("yesterday", "no date"),
        ("31.02.2026 09:00", "no date"),
        ("2026-03-12 25:00", "no time of day"),
        ("12 Foo 2026 09:00", "no month"),
        ("13:00 pm", "no date"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        TimeReader().moment(text)


@pytest.mark.parametrize(
    ("text", "order", "ambiguous"),
    [
        ("13/04/2026", DateOrder.DAY_FIRST, False),
        ("04/13/2026 10:00", DateOrder.MONTH_FIRST, False),
        ("04.03.2026", DateOrder.DAY_FIRST, False),
        ("04/03/2026", None, True),
        ("04/04/2026", None, False),
        ("2026-03-04", None, False),
    ],
)
def test_a_numeric_date_settles_its_order_where_it_can(
    text: str, order: DateOrder | None, ambiguous: bool
) -> None:
    assert date_order_of(text) == order
    assert is_ambiguous(text) == ambiguous


def test_a_skipped_hour_moves_forward_and_a_repeated_one_is_the_first() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    skipped, repeated = datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)
    assert to_instant(skipped, berlin) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert to_instant(repeated, berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(1999, 1, 1), datetime(2030, 1, 1)).map(lambda d: d.replace(microsecond=0))
)
def test_every_form_of_a_moment_reads_the_same(moment: datetime) -> None:
    reader = TimeReader(DateOrder.MONTH_FIRST)
    for form in (
        "%Y-%m-%dT%H:%M:%S",
        "%m/%d/%Y %I:%M:%S %p",
        "%d.%m.%Y %H:%M:%S",
        "%d %b %Y %H:%M:%S",
    ):
        assert reader.moment(moment.strftime(form)) == moment


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1.5", 1.5), ("2:30", 150), ("1:00:05", 3605), ("0:07.5", 7.5)],
)
def test_durations_are_read_as_seconds(text: str, seconds: float) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("text", ["-1", "inf", "nan", "long", "-0:05"])
def test_a_negative_or_endless_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"negative|neither"):
        seconds_in(text)


def test_a_call_over_midnight_ends_the_next_day() -> None:
    begun = datetime(2026, 3, 12, 23, 58)
    ended = next_if_past_midnight(datetime(2026, 3, 12, 0, 3), begun)
    assert ended == datetime(2026, 3, 13, 0, 3)
    noon = datetime(2026, 3, 12, 12, 0)
    assert next_if_past_midnight(noon - timedelta(seconds=5), noon) < noon


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc", "EST5EDT4,3,2"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(InvalidInput, match="IANA zone"):
        zone_named(name)
