"""Rows of a file counted by day and interval: a row a call, or a row a count."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from callback.calls.file_report import FileReport
from callback.calls.wall_times import Row, WallTimes
from callback.errors import InvalidInput

MINUTES_IN_A_DAY = 24 * 60
_COUNTED_TWICE = 0.4
_FEWEST_TWICE = 20

Place = tuple[date, int]
Counts = dict[Place, float]
"""Calls by day and interval; NaN where the file says that they are not known."""


def count_calls(rows: Iterator[Row], times: WallTimes, minutes: int, report: FileReport) -> Counts:
    """Count rows that are a call each.

    A day most of whose rows occur twice was written twice, and is counted once.
    """
    counts: Counter[Place] = Counter()
    seen: set[int] = set()
    twice: Counter[Place] = Counter()
    for row in rows:
        moment = times.of(row)
        if moment is None:
            continue
        place = _place(moment, minutes)
        counts[place] += 1
        key = hash(tuple(row))
        if key in seen:
            twice[place] += 1
        seen.add(key)
    return _once(counts, twice, report)


def _once(counts: Counter[Place], twice: Counter[Place], report: FileReport) -> Counts:
    by_day, twice_by_day = Counter[date](), Counter[date]()
    for (day, _), calls in counts.items():
        by_day[day] += calls
    for (day, _), calls in twice.items():
        twice_by_day[day] += calls
    doubled = {
        day
        for day, calls in twice_by_day.items()
        if calls >= _COUNTED_TWICE * by_day[day] and calls >= _FEWEST_TWICE
    }
    if doubled:
        report.notes.append(
            f"{len(doubled)} days were written twice (first {min(doubled)}) and are counted once."
        )
    return {
        place: float(calls - (twice[place] if place[0] in doubled else 0))
        for place, calls in counts.items()
    }


def sum_counts(
    rows: Iterator[Row], at: int, times: WallTimes, minutes: int, report: FileReport
) -> Counts:
    """Sum rows that have a count in column `at`; a row that repeats a start replaces the earlier one.

    A count that is missing or cannot be read makes its interval unknown, unless others of it are known: then it
    is taken to be like them.
    """
    by_start: dict[datetime, float] = {}
    replaced = 0
    for row in rows:
        moment = times.of(row)
        if moment is None:
            continue
        calls = _number(row, at)
        if math.isnan(calls):
            report.left_out["the count is missing, negative or no number"] += 1
            by_start.setdefault(moment, calls)
            continue
        replaced += not math.isnan(by_start.get(moment, math.nan))
        by_start[moment] = calls
    if replaced:
        report.notes.append(f"{replaced:,} rows repeat the start of an earlier one and replace it.")
    if all(math.isnan(calls) for calls in by_start.values()):
        return {}
    return _summed(by_start, _parts(by_start, minutes, report), minutes)


def _summed(by_start: dict[datetime, float], parts: int, minutes: int) -> Counts:
    sums: Counts = {}
    known, unknown = Counter[Place](), Counter[Place]()
    for moment, calls in by_start.items():
        day, slot = _place(moment, minutes)
        for part in range(parts):
            place = (day, slot + part)
            if math.isnan(calls):
                unknown[place] += 1
            else:
                known[place] += 1
                sums[place] = sums.get(place, 0.0) + calls / parts
    for place, missing in unknown.items():
        seen = known[place]
        sums[place] = sums[place] * (seen + missing) / seen if seen else math.nan
    return sums


def _parts(by_start: dict[datetime, float], minutes: int, report: FileReport) -> int:
    """Return into how many intervals a count must be split because the file is coarser than they."""
    step = math.gcd(*(moment.hour * 60 + moment.minute for moment in by_start)) or MINUTES_IN_A_DAY
    if len(by_start) < 2 or step <= minutes or step % minutes:
        return 1
    if step == MINUTES_IN_A_DAY:
        raise InvalidInput("interval", "the file counts whole days; use --interval 1440")
    report.notes.append(
        f"The file counts every {step} minutes; each count is spread evenly over its intervals."
    )
    return step // minutes


def _number(row: Row, at: int) -> float:
    try:
        calls = float(row[at].strip())
    except (ValueError, IndexError):
        return math.nan
    return calls if 0 <= calls < math.inf else math.nan


def _place(moment: datetime, minutes: int) -> Place:
    return moment.date(), (moment.hour * 60 + moment.minute) // minutes
