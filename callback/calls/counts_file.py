"""Calls counted straight from a file, for those who have a log and no database.

The file holds one row for each call, or `start,calls` counts; plain or gzip, whatever its separator, its
order of rows, and the names of its columns. Everything that was mended or left out is said.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from callback.calls.log_columns import ALIASES, COUNTS, Column, plain
from callback.calls.log_times import TimeReader, date_order_of
from callback.errors import InvalidInput
from callback.forecasting.history import History
from callback.forecasting.intervals import DAY

MINUTES_IN_A_DAY = 24 * 60
_SEPARATORS = ",;\t|"
_GZIP_MAGIC = b"\x1f\x8b"
_DATE_ORDER_ROWS = 5_000
_COUNTED_TWICE = 0.4
_FEWEST_TWICE = 20
_LONGEST_DAYS = 366 * 6


@dataclass
class FileReport:
    """What was read: rows in all, and how many were left out, by reason."""

    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """Return a sentence on everything that was mended or left out."""
        said = [
            f"{number:,} of {self.rows:,} rows left out: {why}."
            for why, number in self.left_out.most_common()
        ]
        return said + self.notes


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
    without any row counts as not counted, not as calm; within a day that has rows, what is missing is zero.
    Rows of counts that repeat a start replace the earlier one; a day of calls most of whose rows occur
    twice was written twice, and is counted once.

    Raises:
        InvalidInput: the file cannot be read or has no usable row; says why.

    """
    if minutes < 5 or MINUTES_IN_A_DAY % minutes:
        raise InvalidInput(
            "interval", f"{minutes} minutes; must be 5 or more and divide a day, as 15, 30 or 60"
        )
    header, rows = _rows_of(path)
    columns = _Columns.of(header)
    report = FileReport()
    counting = _Counting(columns, minutes, until, zone, report)
    counts = counting.run(rows)
    if not counts:
        raise InvalidInput("file", f"{path.name} has no usable row" + _because(report, until))
    days = [day for day, _ in counts]
    first, last = min(days), max(days)
    if (last - first).days > _LONGEST_DAYS:
        raise InvalidInput(
            "file", f"{path.name} runs from {first} to {last}; are its dates written day first?"
        )
    grid = np.full(((last - first).days + 1, MINUTES_IN_A_DAY // minutes), np.nan)
    grid[sorted({(day - first).days for day in days})] = 0.0
    for (day, slot), calls in counts.items():
        grid[(day - first).days, slot] = calls
    consecutive = tuple(first + n * DAY for n in range(len(grid)))
    return CountedFile(History(consecutive, minutes, grid), counting.offset, report)


def read_days(path: Path) -> dict[date, str]:
    """Return the days listed in a file, with what stands beside each: a name, a reason, or nothing.

    Raises:
        InvalidInput: the file cannot be read, or a line names no day.

    """
    header, rows = _rows_of(path)
    lines = [header, *rows]
    days: dict[date, str] = {}
    reader = TimeReader(next((o for row in lines if (o := date_order_of(row[0]))), None))
    for number, row in enumerate(lines, start=1):
        text = row[0].strip()
        if not text:
            continue
        try:
            day = reader.day(text)
        except ValueError as error:
            if number == 1:
                continue
            raise InvalidInput(path.name, f"line {number}: {error}") from error
        days[day] = row[1].strip() if len(row) > 1 else ""
    return days


@dataclass(frozen=True)
class _Columns:
    arrived: int | None
    day: int | None
    time: int | None
    calls: int | None

    @classmethod
    def of(cls, header: Sequence[str]) -> _Columns:
        known = {plain(name): place for place, name in reversed(list(enumerate(header)))}

        def place(column: Column) -> int | None:
            return next((known[plain(a)] for a in ALIASES[column] if plain(a) in known), None)

        calls = next((at for name, at in known.items() if name in COUNTS), None)
        found = cls(place(Column.ARRIVED), place(Column.DATE), place(Column.TIME), calls)
        if found.time is None and found.arrived is not None and found.day is not None:
            found = cls(None, found.day, found.arrived, calls)
        if found.arrived is None and (found.day is None or (found.time is None and calls is None)):
            raise InvalidInput(
                "columns",
                "nothing says when a call arrived: name a column start (or arrived_at, timestamp ...),"
                " or a pair date and time; found " + (", ".join(filter(None, header)) or "none"),
            )
        return found


class _Counting:
    """Reads rows into counts by day and slot, and keeps what is wrong with the rest."""

    def __init__(
        self,
        columns: _Columns,
        minutes: int,
        until: date | None,
        zone: ZoneInfo | None,
        report: FileReport,
    ) -> None:
        self.columns, self.minutes, self.until = columns, minutes, until
        self.zone, self.report = zone, report
        self.offsets: dict[timedelta | None, datetime] = {}

    @property
    def offset(self) -> timedelta | None:
        """The offset of the latest time, None where none has one."""
        return max(self.offsets, key=self.offsets.__getitem__, default=None)

    def run(self, rows: Iterator[list[str]]) -> dict[tuple[date, int], float]:
        head, rows = _looked_at(rows)
        at = self.columns.day if self.columns.day is not None else self.columns.arrived
        orders = (date_order_of(row[at]) for row in head if at is not None and at < len(row))
        self.reader = TimeReader(next((order for order in orders if order), None))
        counts = self._counts(rows) if self.columns.calls is not None else self._calls(rows)
        if len(self.offsets) > 1 and self.zone is None:
            self.report.notes.append(
                "The times have several offsets and are taken as the wall clock shows them;"
                " --zone names the zone."
            )
        return counts

    def _calls(self, rows: Iterator[list[str]]) -> dict[tuple[date, int], float]:
        counts: Counter[tuple[date, int]] = Counter()
        seen: set[int] = set()
        twice: Counter[tuple[date, int]] = Counter()
        for row in rows:
            moment = self._moment(row)
            if moment is None:
                continue
            place = self._place(moment)
            counts[place] += 1
            key = hash(tuple(row))
            if key in seen:
                twice[place] += 1
            seen.add(key)
        return self._once(counts, twice)

    def _once(
        self, counts: Counter[tuple[date, int]], twice: Counter[tuple[date, int]]
    ) -> dict[tuple[date, int], float]:
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
            self.report.notes.append(
                f"{len(doubled)} days were written twice (first {min(doubled)}) and are counted once."
            )
        return {
            place: float(calls - (twice[place] if place[0] in doubled else 0))
            for place, calls in counts.items()
        }

    def _counts(self, rows: Iterator[list[str]]) -> dict[tuple[date, int], float]:
        by_start: dict[datetime, float] = {}
        replaced = 0
        for row in rows:
            calls = self._number(row)
            moment = self._moment(row) if calls is not None else None
            if moment is None or calls is None:
                continue
            replaced += moment in by_start
            by_start[moment] = calls
        if replaced:
            self.report.notes.append(
                f"{replaced:,} rows repeat the start of an earlier one and replace it."
            )
        parts = self._parts(by_start)
        counts: dict[tuple[date, int], float] = {}
        for moment, calls in by_start.items():
            day, slot = self._place(moment)
            for part in range(parts):
                place = (day, slot + part)
                counts[place] = counts.get(place, 0.0) + calls / parts
        return counts

    def _parts(self, by_start: dict[datetime, float]) -> int:
        """Return into how many intervals a count must be split because the file is coarser than they."""
        step = (
            math.gcd(*(moment.hour * 60 + moment.minute for moment in by_start)) or MINUTES_IN_A_DAY
        )
        if len(by_start) < 2 or step <= self.minutes or step % self.minutes:
            return 1
        if step == MINUTES_IN_A_DAY:
            raise InvalidInput("interval", "the file counts whole days; use --interval 1440")
        self.report.notes.append(
            f"The file counts every {step} minutes; each count is spread evenly over its intervals."
        )
        return step // self.minutes

    def _number(self, row: list[str]) -> float | None:
        at = self.columns.calls
        text = row[at].strip() if at is not None and at < len(row) else ""
        try:
            calls = float(text)
        except ValueError:
            calls = -1.0
        if not 0 <= calls < float("inf"):
            self.report.rows += 1
            self.report.left_out["the count is missing, negative or no number"] += 1
            return None
        return calls

    def _moment(self, row: list[str]) -> datetime | None:
        """Return the wall time of a row before `until`, or None with the reason noted."""
        self.report.rows += 1
        try:
            moment = self._read(row)
        except (ValueError, IndexError, OverflowError):
            self.report.left_out["the time cannot be read"] += 1
            return None
        offset = moment.utcoffset()
        if offset is not None and self.zone is not None:
            moment = moment.astimezone(self.zone)
        moment = moment.replace(tzinfo=None)
        self.offsets[offset] = max(moment, self.offsets.get(offset, moment))
        if self.until is not None and moment.date() >= self.until:
            self.report.left_out[f"on or after {self.until}"] += 1
            return None
        return moment

    def _read(self, row: list[str]) -> datetime:
        columns = self.columns
        if columns.arrived is not None:
            text = row[columns.arrived].strip()
            try:
                return self.reader.moment(text)
            except ValueError:
                if columns.calls is None:
                    raise
                return datetime.combine(self.reader.day(text), datetime.min.time())
        day = self.reader.day(row[columns.day or 0].strip())
        if columns.time is None:
            return datetime.combine(day, datetime.min.time())
        return self.reader.moment(row[columns.time].strip(), day)

    def _place(self, moment: datetime) -> tuple[date, int]:
        return moment.date(), (moment.hour * 60 + moment.minute) // self.minutes


def _looked_at(rows: Iterator[list[str]]) -> tuple[list[list[str]], Iterator[list[str]]]:
    head = [row for _, row in zip(range(_DATE_ORDER_ROWS), rows, strict=False)]

    def both() -> Iterator[list[str]]:
        yield from head
        yield from rows

    return head, both()


def _because(report: FileReport, until: date | None) -> str:
    if not report.rows:
        return "; it is empty"
    worst = ", ".join(f"{n:,} rows: {why}" for why, n in report.left_out.most_common(2))
    return f" before {until} ({worst})" if until else f" ({worst})"


def _rows_of(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    """Return the header and the rows that are not blank; the file is read whole."""
    try:
        raw = path.read_bytes()
        if raw.startswith(_GZIP_MAGIC):
            raw = gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInput("file", f"{path} cannot be read: {error}") from error
    text = _decoded(raw)
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    filled: Callable[[list[str]], bool] = any
    lines = filter(filled, rows)
    header = next(lines, None)
    if header is None:
        raise InvalidInput("file", f"{path.name} is empty; the first line must name the columns")
    return header, lines


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
