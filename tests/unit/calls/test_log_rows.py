"""Headers and rows of foreign call logs."""

# ruff: noqa: DTZ001 - logs write moments without a zone

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callback.calls.call import CallOutcome, CallStatus, Direction
from callback.calls.log_columns import Column, read_header
from callback.calls.log_keys import CallKeys, TwinCounter
from callback.calls.log_rows import LogReader, RowRefused
from callback.calls.log_times import TimeReader
from callback.errors import InvalidInput
from tests.unit.builders import make_line, utc

NOW = utc(2026, 3, 2, 9)


def _reader(header: str, zone: str = "UTC") -> LogReader:
    columns = read_header(header.split(","))
    return LogReader(
        columns, TimeReader(), ZoneInfo(zone), make_line(), CallKeys("line", "csv"), NOW
    )


def _read(header: str, row: str, zone: str = "UTC") -> dict[str, Any]:
    reader = _reader(header, zone)
    return reader.common | reader.read(row.split(","))


@pytest.mark.parametrize(
    "header",
    [
        "start_time",
        "Start Time",
        "START-TIME",
        "startTime",
        " Timestamp ",
        "Call Started",
        "arrived_at",
    ],
)
def test_arrival_is_found_under_its_many_names(header: str) -> None:
    assert _read(header, "2026-03-01 10:00:00")["arrived_at"] == utc(2026, 3, 1, 10)


@pytest.mark.parametrize("header", ["Call Date,Call Time", "date,vru_entry", "day,time"])
def test_arrival_may_be_a_date_and_a_time(header: str) -> None:
    assert _read(header, "2026-03-01,10:00:00")["arrived_at"] == utc(2026, 3, 1, 10)


def test_a_date_completes_an_arrival_that_is_a_time_of_day() -> None:
    row = _read("date,call_started,call_ended", "2026-02-28,11:59:30 PM,12:03:30 AM")
    assert row["arrived_at"] == utc(2026, 2, 28, 23, 59, 30)
    assert row["ended_at"] == utc(2026, 3, 1, 0, 3, 30)


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("outcome,agent", "outcome, agent"),
        ("Date,Outcome", "pair date and time"),
        ("", "no header"),
    ],
)
def test_a_log_without_arrival_is_refused_and_says_what_to_add(header: str, named: str) -> None:
    with pytest.raises(InvalidInput, match="arrived_at") as refused:
        read_header(header.split(","))
    assert named in refused.value.reason


def test_counts_are_not_taken_for_calls() -> None:
    with pytest.raises(InvalidInput, match="one row for each call"):
        read_header(["start", "calls"])


def test_the_first_of_two_headers_that_mean_the_same_is_taken_by_preference() -> None:
    columns = read_header(["created_at", "arrived_at"])
    assert columns.name_of(Column.ARRIVED) == "arrived_at"


def test_an_answered_call_of_the_small_bank() -> None:
    row = _read(
        "vru+line,call_id,date,vru_entry,q_time,outcome,ser_start,ser_exit,ser_time,server",
        "AA0101,34536,1999-02-01,7:02:47,8,AGENT,7:02:55,7:05:41,166,S07",
        "Asia/Jerusalem",
    )
    assert row["arrived_at"] == datetime(1999, 2, 1, 5, 2, 47, tzinfo=UTC)
    assert row["answered_at"] == datetime(1999, 2, 1, 5, 2, 55, tzinfo=UTC)
    assert row["ended_at"] == datetime(1999, 2, 1, 5, 5, 41, tzinfo=UTC)
    assert (row["wait_seconds"], row["handle_seconds"]) == (8, 166)
    assert (row["outcome"], row["agent_id"]) == (CallOutcome.ANSWERED, "S07")
    assert row["call_sid"].startswith("import:csv:34536:")
    assert (row["status"], row["direction"], row["source"]) == (
        CallStatus.ENDED,
        Direction.INBOUND,
        "import",
    )


def test_an_abandoned_call_has_a_wait_and_no_handle_time() -> None:
    row = _read(
        "date,vru_entry,q_time,outcome,ser_start,ser_time,server",
        "1999-02-01,8:09:16,5,HANG,0:00:00,0,NO_SERVER",
    )
    assert row["outcome"] == CallOutcome.ABANDONED
    assert (row["wait_seconds"], row["handle_seconds"]) == (5, None)
    assert row["answered_at"] is row["agent_id"] is None
    assert row["ended_at"] == datetime(1999, 2, 1, 8, 9, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("AGENT", CallOutcome.ANSWERED),
        ("Completed", CallOutcome.ANSWERED),
        ("Booking completed", CallOutcome.ANSWERED),
        ("no-answer", CallOutcome.ABANDONED),
        ("Call unanswered", CallOutcome.ABANDONED),
        ("Abandoned", CallOutcome.ABANDONED),
        ("after hours", CallOutcome.TURNED_AWAY),
        ("callback requested", CallOutcome.PROMISED),
        ("something new", None),
        ("", None),
    ],
)
def test_outcomes_are_translated(word: str, outcome: CallOutcome | None) -> None:
    assert _read("timestamp,outcome", f"2026-03-01 10:00:00,{word}")["outcome"] == outcome


@pytest.mark.parametrize(
    ("answered", "outcome"), [("10:00:20", CallOutcome.ANSWERED), ("", CallOutcome.ABANDONED)]
)
def test_without_an_outcome_the_answer_tells(answered: str, outcome: CallOutcome) -> None:
    row = _read("date,time,answered", f"2026-03-01,10:00:00,{answered}")
    assert row["outcome"] == outcome
    assert row["wait_seconds"] == (20 if answered else None)


def test_what_is_missing_is_worked_out_from_the_instants() -> None:
    row = _read(
        "arrived_at,answered_at,ended_at",
        "2026-03-01T10:00:00,2026-03-01T10:00:20,2026-03-01T10:03:20",
    )
    assert (row["wait_seconds"], row["handle_seconds"]) == (20, 180)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+1 (415) 555-0100", "+14155550100"),
        ("4155550100", "+14155550100"),
        ("anonymous", None),
        ("12", None),
    ],
)
def test_the_callers_number_is_kept_where_it_is_one(written: str, number: str | None) -> None:
    assert _read("timestamp,from", f"2026-03-01 10:00:00,{written}")["phone_number"] == number


@pytest.mark.parametrize(
    ("header", "row", "column", "reason"),
    [
        ("Start Time", "2026-03-02 09:00:01", "Start Time", "has not come yet"),
        ("Start Time", "", "Start Time", "nothing says when"),
        ("Start Time", "soon", "Start Time", "no date"),
        ("date,time", "2026-13-01,10:00", "date", "no date"),
        ("date,time", ",10:00", "time", "without a date"),
        ("timestamp,Wait Time", "2026-03-01 10:00:00,-5", "Wait Time", "negative"),
        ("timestamp,duration", "2026-03-01 10:00:00,long", "duration", "neither seconds"),
        ("timestamp,outcome", "2026-03-01 10:00:00,PHANTOM", "outcome", "phantom"),
        ("timestamp,direction", "2026-03-01 10:00:00,sideways", "direction", "neither in, out"),
        ("timestamp,outcome", "2026-03-01 10:00:00", "row", "1 cells under 2"),
        (
            "arrived_at,answered_at",
            "2026-03-01T10:00:00,2026-03-01T09:59:59",
            "answered_at",
            "before the arrival",
        ),
        (
            "arrived_at,answered_at,ended_at",
            "2026-03-01T10:00:00,2026-03-01T10:02:00,2026-03-01T10:01:00",
            "ended_at",
            "ends before it is answered",
        ),
    ],
)
def test_a_bad_row_names_its_column_and_why(
    header: str, row: str, column: str, reason: str
) -> None:
    with pytest.raises(RowRefused) as refused:
        _read(header, row)
    assert refused.value.column == column
    assert reason in refused.value.reason


def test_a_call_keeps_its_key_in_another_zone_and_form_but_not_on_another_line() -> None:
    first = _read("call id,timestamp", "7,2026-03-01 10:00:00")["call_sid"]
    other_zone = _read("call id,timestamp", "7,2026-03-01 10:00:00", "Asia/Tokyo")["call_sid"]
    other_form = _read("call id,timestamp", "7,1 Mar 2026 10:00:00")["call_sid"]
    other_day = _read("call id,timestamp", "7,2026-02-28 10:00:00")["call_sid"]
    other_line = CallKeys("other", "csv").key_of([], "7", datetime(2026, 3, 1, 10))
    assert first == other_zone == other_form
    assert len({first, other_day, other_line}) == 3


def test_equal_rows_without_an_id_stay_two_calls() -> None:
    reader = _reader("timestamp,category")
    row = ["2026-03-01 10:00:00", "fire"]
    once, twice = reader.read(row)["call_sid"], reader.read(row)["call_sid"]
    assert once != twice
    assert [once, twice] == [
        k.read(row)["call_sid"] for k in [_reader("timestamp,category")] for _ in "ab"
    ]


@pytest.mark.parametrize("external", ["x", "CA" + "0" * 32, "y" * 500, "", "ключ" * 30])
def test_a_key_fits_its_column(external: str) -> None:
    key = CallKeys("line", "s" * 16).key_of(["a"], external, datetime(2026, 3, 1))
    assert len(key) <= 80


def test_twins_are_numbered_within_a_bounded_memory() -> None:
    twins = TwinCounter(remembered=2)
    assert [twins.number(digest) for digest in (b"a", b"a", b"b", b"c", b"b", b"a")] == [
        1,
        2,
        1,
        1,
        2,
        1,
    ]
