"""Lists of days, such as those on which a line is closed or has an event."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from callback.calls.log_times import TimeReader, date_order_of
from callback.calls.table_file import read_table
from callback.errors import InvalidInput


def read_days(path: Path) -> dict[date, str]:
    """Return the days listed in a file, with what stands beside each: a name, a reason, or nothing.

    Raises:
        InvalidInput: the file cannot be read, or a line names no day.

    """
    header, rows = read_table(path)
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
