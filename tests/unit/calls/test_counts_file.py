"""Calls counted from files as they come."""

from __future__ import annotations

import gzip
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from callback.calls.counts_file import count_file
from callback.calls.days_file import read_days
from callback.errors import InvalidInput

CALLS = ["2026-03-02 09:05:00", "2026-03-02 09:20:00", "2026-03-02 09:40:00", "2026-03-04 10:00:00"]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def _nine(file: Path, **options: object) -> list[float]:
    history = count_file(file, 30, **options).history  # type: ignore[arg-type]
    return [float(v) for v in history.counts[0, 18:20]]


@pytest.mark.parametrize(
    "header", ["start", "arrived_at", "timeStamp", "Start Time", "CALL_STARTED"]
)
def test_calls_are_counted_by_any_usual_header(file: Path, header: str) -> None:
    _write(file, "\n".join([header, *reversed(CALLS)]))
    history = count_file(file, 30).history
    assert history.days == tuple(date(2026, 3, day) for day in (2, 3, 4))
    assert list(history.counts[0, 18:20]) == [2, 1]
    assert np.isnan(history.counts[1]).all()
    assert history.counts[2].sum() == 1


def test_a_date_and_a_time_column_packed_with_semicolons(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    rows = ["Call Date;Call Time", "02.03.2026;09:05", "02.03.2026;9:40 PM"]
    path.write_bytes(gzip.compress("\n".join(rows).encode("utf-8")))
    history = count_file(path, 60).history
    assert (history.counts[0, 9], history.counts[0, 21]) == (1, 1)


def test_counts_are_summed_into_longer_intervals_and_omitted_zeros_are_zeros(file: Path) -> None:
    _write(file, "start,calls\n2026-03-02 09:10,3\n2026-03-02 09:00,2.0\n2026-03-02 09:40,7\n")
    assert _nine(file) == [5, 7]
    assert count_file(file, 30).history.counts[0].sum() == 12


def test_counts_that_repeat_a_start_replace_it_and_say_so(file: Path) -> None:
    _write(file, "start,calls\n2026-03-02 09:00,2\n2026-03-02 09:00,2\n2026-03-02 09:30,4\n")
    assert _nine(file) == [2, 4]
    assert "1 rows repeat" in count_file(file, 30).report.sentences()[0]


def test_counts_of_hours_are_spread_over_half_hours_and_said_to_be(file: Path) -> None:
    _write(file, "start,calls\n2026-03-02 09:00,8\n2026-03-02 10:00,4\n")
    assert _nine(file) == [4, 4]
    assert "every 60 minutes" in count_file(file, 30).report.sentences()[0]


def test_counts_of_days_ask_for_intervals_of_a_day(file: Path) -> None:
    _write(file, "Date,CallsOffered\n2026-03-02,100\n2026-03-03,90\n")
    with pytest.raises(InvalidInput, match="--interval 1440"):
        count_file(file, 30)
    assert count_file(file, 1440).history.counts.ravel().tolist() == [100, 90]


def test_a_day_written_twice_is_counted_once(file: Path) -> None:
    start = datetime.fromisoformat("2026-03-02 09:00")
    rows = [f"{start + timedelta(days=d, minutes=m)},{m}" for d in range(3) for m in range(60)]
    _write(file, "\n".join(["start,agent", *rows, *rows[60:120]]))
    counted = count_file(file, 60)
    assert counted.history.counts[:, 9].tolist() == [60, 60, 60]
    assert "written twice (first 2026-03-03)" in counted.report.sentences()[0]


def test_equal_rows_of_a_busy_minute_are_different_calls(file: Path) -> None:
    start = datetime.fromisoformat("2026-03-02 09:00")
    rows = [f"{start + timedelta(minutes=m)}" for m in range(60)]
    _write(file, "\n".join(["start", *rows, *rows[:10]]))
    assert count_file(file, 60).history.counts[0, 9] == 70


def test_what_cannot_be_read_and_what_lies_in_the_future_is_left_out_and_counted(
    file: Path,
) -> None:
    _write(
        file,
        "start,calls\n2026-03-02 09:00,2\nyesterday,2\n2026-03-02 09:30,-1\n2026-03-05 09:00,9\n",
    )
    counted = count_file(file, 30, date(2026, 3, 5))
    assert counted.history.days == (date(2026, 3, 2),)
    said = " ".join(counted.report.sentences())
    for reason in ("time cannot be read", "negative", "on or after 2026-03-05"):
        assert reason in said


def test_offsets_are_kept_as_written_or_moved_into_a_zone(file: Path) -> None:
    _write(file, "start\n2026-03-02T09:05:00-05:00\n2026-03-02T09:40:00-05:00\n")
    counted = count_file(file, 30)
    assert list(counted.history.counts[0, 18:20]) == [1, 1]
    assert counted.offset == timedelta(hours=-5)
    berlin = count_file(file, 30, zone=ZoneInfo("Europe/Berlin")).history
    assert list(berlin.counts[0, 30:32]) == [1, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("start\n", "no usable row; it is empty"),
        ("start,calls\nnever,2\n", "1 rows: the time cannot be read"),
        ("agent,calls\nx,2\n", "nothing says when a call arrived"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(file: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        count_file(_write(file, text), 30)


def test_an_interval_must_divide_a_day(file: Path) -> None:
    with pytest.raises(InvalidInput, match="7 minutes"):
        count_file(_write(file, "start\n2026-03-02 09:00\n"), 7)


def test_lists_of_days_with_and_without_header_and_names(file: Path) -> None:
    assert read_days(_write(file, "date,name\n2026-12-24,Christmas Eve\n\n2026-12-31\n")) == {
        date(2026, 12, 24): "Christmas Eve",
        date(2026, 12, 31): "",
    }
    assert list(read_days(_write(file, "2026-12-24\n"))) == [date(2026, 12, 24)]
    with pytest.raises(InvalidInput, match="line 2"):
        read_days(_write(file, "date\nsoon\n"))


def test_a_count_that_is_missing_is_unknown_and_not_calm(file: Path) -> None:
    _write(
        file,
        "start,calls\n2026-03-02 09:00,2\n2026-03-02 09:15,\n2026-03-02 09:30,x\n2026-03-02 10:00,5\n",
    )
    counted = count_file(file, 30)
    assert counted.history.counts[0, 18] == 4
    assert np.isnan(counted.history.counts[0, 19])
    assert counted.history.counts[0, 20] == 5
    assert "2 of 4 rows left out" in counted.report.sentences()[0]


def test_what_a_file_omits_that_writes_its_zeros_was_not_counted(file: Path) -> None:
    _write(file, "start,calls\n2026-03-02 09:00,2\n2026-03-02 09:30,0\n2026-03-02 10:30,5\n")
    counts = count_file(file, 30).history.counts[0]
    assert (counts[18], counts[19], counts[21]) == (2, 0, 5)
    assert np.isnan(counts[20])
