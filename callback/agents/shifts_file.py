"""A plan as a file: shifts or numbers of agents as CSV, or shifts as a calendar."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from callback.agents.shift import PlannedShift
from callback.calls.log_columns import plain
from callback.calls.log_times import TimeReader, to_instant
from callback.errors import InvalidInput

LARGEST_BYTES = 5_000_000
SEPARATORS = ",;\t|"
_NAMES = {
    "start": ("startsat", "start", "starttime", "from", "begin", "shiftstart", "interval"),
    "end": ("endsat", "end", "endtime", "until", "to", "shiftend"),
    "agents": ("agents", "planned", "scheduled", "staff", "headcount", "count"),
    "name": ("name", "agent", "agentname", "employee", "who"),
}
_ROUGHEST = timedelta(hours=1)


def read_plan(content: bytes, zone: ZoneInfo, now: datetime) -> list[PlannedShift]:
    """Return the shifts of a CSV file or an iCalendar; times without an offset are those of `zone`.

    A CSV file has a row `start,end` with a `name` for somebody's shift or `agents` for a number of them; or
    rows `start,agents` of one interval each, the length of which is the distance between the first two.

    Raises:
        InvalidInput: the file, or a row of it, cannot be used; says which and why.

    """
    if len(content) > LARGEST_BYTES:
        raise InvalidInput("plan", f"is larger than {LARGEST_BYTES // 1_000_000} MB")
    if content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"BEGIN:VCALENDAR"):
        # Calendars are rare, and their library is large.
        from callback.agents.shifts_calendar import read_calendar

        return read_calendar(content, zone, now)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("plan", "is neither UTF-8 text nor a calendar") from error
    return _read_rows(text, zone)


def _read_rows(text: str, zone: ZoneInfo) -> list[PlannedShift]:
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(SEPARATORS, key=first.count))
    header = [plain(name) for name in next(rows, [])]
    places = {
        what: header.index(name)
        for what, names in _NAMES.items()
        for name in reversed(names)
        if name in header
    }
    if "start" not in places or not places.keys() & {"end", "agents"}:
        raise InvalidInput(
            "plan", "needs columns start and end (with name or agents), or start and agents"
        )
    cells = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    starts = [_instant(row, places, "start", zone, number) for number, row in cells]
    if "end" in places:
        ends = [_instant(row, places, "end", zone, number) for number, row in cells]
    else:
        length = _interval(starts)
        ends = [start + length for start in starts]
    return [
        _shift(row, places, start, end, number)
        for (number, row), start, end in zip(cells, starts, ends, strict=True)
    ]


def _instant(
    row: Sequence[str], places: Mapping[str, int], what: str, zone: ZoneInfo, number: int
) -> datetime:
    try:
        return to_instant(TimeReader().moment(_cell(row, places, what)), zone)
    except ValueError as error:
        raise InvalidInput("plan", f"line {number}, {what}: {error}") from error


def _shift(
    row: Sequence[str], places: Mapping[str, int], start: datetime, end: datetime, number: int
) -> PlannedShift:
    written = _cell(row, places, "agents")
    try:
        agents = float(written) if written else 1.0
        return PlannedShift(start, end, agents, _cell(row, places, "name")[:80] or None)
    except ValueError as error:
        raise InvalidInput(
            "plan", f"line {number}, agents: {written!r} is no number of agents"
        ) from error
    except InvalidInput as error:
        raise InvalidInput("plan", f"line {number}, {error}") from error


def _interval(starts: Sequence[datetime]) -> timedelta:
    """Return the shortest distance between rows that follow each other."""
    steps = [later - earlier for earlier, later in pairwise(sorted(set(starts)))]
    shortest = min(steps, default=timedelta(0))
    if not timedelta(0) < shortest <= _ROUGHEST:
        raise InvalidInput(
            "plan", "rows of start and agents must follow each other within an hour; or give an end"
        )
    if len(set(starts)) < len(starts):
        raise InvalidInput("plan", "two rows begin at the same time; or give an end")
    return shortest


def _cell(row: Sequence[str], places: Mapping[str, int], what: str) -> str:
    place = places.get(what)
    return "" if place is None or place >= len(row) else row[place].strip()
