"""Plans from files: shifts, numbers of agents, calendars."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callback.agents.shift import PlannedShift
from callback.agents.shifts_file import read_plan
from callback.errors import InvalidInput

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def read(text: str) -> list[PlannedShift]:
    return read_plan(text.encode(), BERLIN, NOW)


def hours(shifts: list[PlannedShift]) -> list[tuple[str, str, float, str | None]]:
    return [
        (f"{each.starts_at:%m-%d %H:%M}", f"{each.ends_at:%m-%d %H:%M}", each.agents, each.name)
        for each in shifts
    ]


def test_shifts_with_names_are_read_in_the_zone_of_the_line() -> None:
    found = read("name,start,end\nAda,2026-03-02 08:00,2026-03-02 16:30\n")
    assert hours(found) == [("03-02 07:00", "03-02 15:30", 1.0, "Ada")]


def test_numbers_of_agents_last_until_the_next_row() -> None:
    found = read("start;agents\n2026-03-02 08:00;4\n2026-03-02 08:15;5,\n".replace("5,", "5"))
    assert hours(found) == [
        ("03-02 07:00", "03-02 07:15", 4.0, None),
        ("03-02 07:15", "03-02 07:30", 5.0, None),
    ]


def test_a_night_shift_and_an_offset_are_taken_as_written() -> None:
    found = read("start,end,agents\n2026-03-02T22:00:00+00:00,2026-03-03T06:00:00+00:00,2.5\n")
    assert hours(found) == [("03-02 22:00", "03-03 06:00", 2.5, None)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("when,who\n1,2\n", "needs columns"),
        ("start,end\nsoon,2026-03-02 09:00\n", "line 2, start"),
        ("start,end\n2026-03-02 09:00,2026-03-02 08:00\n", "line 2, .*must end after it begins"),
        ("start,end,agents\n2026-03-02 08:00,2026-03-02 09:00,many\n", "'many' is no number"),
        ("start,agents\n2026-03-02 08:00,4\n", "within an hour"),
        ("start,agents\n2026-03-02 08:00,4\n2026-03-02 08:00,4\n2026-03-02 08:30,4\n", "same time"),
        ("BEGIN:VCALENDAR\nnonsense", "calendar"),
    ],
)
def test_a_plan_that_cannot_be_used_says_where_and_why(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidInput, match="neither UTF-8"):
        read_plan(b"\xff\xfe\x00start", BERLIN, NOW)


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
{events}END:VCALENDAR
"""


def event(*lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT", ""])


def calendar(*events: str) -> list[PlannedShift]:
    return read(CALENDAR.format(events="".join(events)))


def test_an_event_is_a_shift_and_repeats_at_the_same_wall_time_across_the_change_of_clocks() -> (
    None
):
    found = calendar(
        event(
            "SUMMARY:Ada",
            "DTSTART;TZID=Europe/Berlin:20260327T080000",
            "DURATION:PT8H",
            "RRULE:FREQ=DAILY;UNTIL=20260330T235959Z",
            "EXDATE;TZID=Europe/Berlin:20260328T080000",
        )
    )
    assert hours(found) == [
        ("03-27 07:00", "03-27 15:00", 1.0, "Ada"),
        ("03-29 06:00", "03-29 14:00", 1.0, "Ada"),
        ("03-30 06:00", "03-30 14:00", 1.0, "Ada"),
    ]


def test_one_of_a_series_may_be_moved() -> None:
    found = calendar(
        event("DTSTART:20260302T080000Z", "DTEND:20260302T120000Z", "RRULE:FREQ=DAILY;COUNT=2"),
        event(
            "RECURRENCE-ID:20260303T080000Z", "DTSTART:20260303T130000Z", "DTEND:20260303T140000Z"
        ),
    )
    assert hours(found) == [
        ("03-02 08:00", "03-02 12:00", 1.0, None),
        ("03-03 13:00", "03-03 14:00", 1.0, None),
    ]


def test_holidays_meetings_and_cancelled_shifts_are_no_shifts() -> None:
    times = ("DTSTART:20260302T080000Z", "DTEND:20260302T120000Z")
    assert not calendar(
        event("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260303"),
        event(*times, "TRANSP:TRANSPARENT"),
        event(*times, "STATUS:CANCELLED"),
    )


def test_an_event_that_ends_before_it_begins_is_named() -> None:
    with pytest.raises(InvalidInput, match="Ada"):
        calendar(event("SUMMARY:Ada", "DTSTART:20260302T080000Z", "DTEND:20260302T070000Z"))


def test_an_endless_series_is_laid_out_for_the_coming_weeks_only() -> None:
    found = calendar(
        event("DTSTART:20200101T080000Z", "DTEND:20200101T120000Z", "RRULE:FREQ=DAILY")
    )
    assert 120 <= len(found) <= 128
    assert found[0].starts_at > datetime(2026, 2, 20, tzinfo=UTC)
