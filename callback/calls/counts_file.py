"""Calls counted straight from a file, for those who have a log and no database.

The file holds one row for each call, or `start,calls` counts; plain or gzip, whatever its separator, its
order of rows, and the names of its columns. Everything that was mended or left out is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from callback.calls.counted_rows import MINUTES_IN_A_DAY, Counts, count_calls, sum_counts
from callback.calls.file_report import FileReport
from callback.calls.table_file import read_table
from callback.calls.wall_times import ArrivalColumns, WallTimes
from callback.errors import InvalidInput
from callback.forecasting.history import History
from callback.forecasting.intervals import DAY

_LONGEST_DAYS = 366 * 30


@dataclass(frozen=True)
class CountedFile:
    """The calls of a file on the grid of local days; `offset` is that of its latest time, if it has one."""

    history: History
    offset: timedelta | None
    report: FileReport


def count_file(
    path: Path, minutes: int, until: date | None = None, zone: ZoneInfo | None = None
) -> CountedFile:
    """Count the calls of a file in intervals of `minutes`, those before the local day `until`.

    Times with an offset are read in `zone`, and as the wall clock wrote them where there is none. A day
    without any row counts as not counted, not as calm. Within a day that has rows, what is missing is zero,
    unless the file writes its zeros: then what it leaves out was not counted.

    Raises:
        InvalidInput: the file cannot be read or has no usable row; says why.

    """
    if minutes < 5 or MINUTES_IN_A_DAY % minutes:
        raise InvalidInput(
            "interval", f"{minutes} minutes; must be 5 or more and divide a day, as 15, 30 or 60"
        )
    header, rows = read_table(path)
    columns = ArrivalColumns.of(header)
    report = FileReport()
    times = WallTimes(columns, until, zone, report)
    rows = times.learn_date_order(rows)
    if columns.calls is None:
        counts = count_calls(rows, times, minutes, report)
    else:
        counts = sum_counts(rows, columns.calls, times, minutes, report)
    times.note_offsets()
    if not counts:
        raise InvalidInput("file", f"{path.name} has no usable row" + _because(report, until))
    states_zeros = columns.calls is not None and 0.0 in counts.values()
    history = _laid_out(path.name, counts, minutes, math.nan if states_zeros else 0.0)
    return CountedFile(history, times.offset, report)


def _laid_out(name: str, counts: Counts, minutes: int, omitted: float) -> History:
    days = [day for day, _ in counts]
    first, last = min(days), max(days)
    if (last - first).days > _LONGEST_DAYS:
        raise InvalidInput(
            "file", f"{name} runs from {first} to {last}; are its dates written day first?"
        )
    grid = np.full(((last - first).days + 1, MINUTES_IN_A_DAY // minutes), np.nan)
    grid[sorted({(day - first).days for day in days})] = omitted
    for (day, slot), calls in counts.items():
        grid[(day - first).days, slot] = calls
    return History(tuple(first + n * DAY for n in range(len(grid))), minutes, grid)


def _because(report: FileReport, until: date | None) -> str:
    if not report.rows:
        return "; it is empty"
    worst = ", ".join(f"{n:,} rows: {why}" for why, n in report.left_out.most_common(2))
    return f" before {until} ({worst})" if until else f" ({worst})"
