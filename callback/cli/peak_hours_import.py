"""What `callback import-calls` does, with a bar to watch and a list of what was left out."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from callback.calls.demand import find_line
from callback.calls.importing import ImportOptions, ImportResult, import_log
from callback.calls.log_rows import RejectedRow
from callback.calls.log_times import DateOrder, zone_named
from callback.clock import Clock
from callback.database import Database
from callback.errors import InvalidInput


@dataclass(frozen=True)
class ImportWish:
    """What the command line says of an import; None takes the line's own or what the log shows."""

    file: Path
    line: str
    zone: str | None = None
    source: str = "csv"
    date_order: str | None = None
    dry_run: bool = False
    rejected: Path | None = None


async def show_import(console: Console, database: Database, clock: Clock, wish: ImportWish) -> None:
    """Import a log and print what became of its rows."""
    async with database.reading() as session:
        line = await find_line(session, wish.line)
    options = ImportOptions(
        zone=zone_named(wish.zone) if wish.zone else line.zone,
        source=wish.source,
        date_order=_order(wish.date_order),
        dry_run=wish.dry_run,
    )
    with _rejected_file(wish.rejected) as keep, _progress_bar(console) as bar:
        task = bar.add_task(wish.file.name, total=None, rows=0)

        def moved(bytes_read: int, bytes_total: int, rows: int) -> None:
            bar.update(task, completed=bytes_read, total=bytes_total, rows=rows)

        result = await import_log(
            database, line, wish.file, options, clock.now(), progress=moved, on_rejected=keep
        )
    title = f"{wish.file.name} into {line.name}" + (
        " (dry run: nothing is kept)" if wish.dry_run else ""
    )
    print_result(console, result, title, options.zone)


def _order(name: str | None) -> DateOrder | None:
    try:
        return DateOrder(name) if name else None
    except ValueError as error:
        raise InvalidInput("date order", f"{name!r}; must be day-first or month-first") from error


def print_result(console: Console, result: ImportResult, title: str, zone: ZoneInfo) -> None:
    """Print what became of the rows of an import."""
    table = Table(title=Text(title))
    for name in ("read", "new", "known", "rejected", "redials"):
        table.add_column(name, justify="right")
    counts = (result.read, result.new, result.known, result.rejected, result.redials)
    table.add_row(*(f"{count:,}" for count in counts))
    console.print(table)
    if result.first_arrival and result.last_arrival:
        first, last = result.first_arrival.astimezone(zone), result.last_arrival.astimezone(zone)
        console.print(f"Calls from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} ({zone.key})")
    for row in result.examples:
        console.print(f"line {row.line_number}, {row.column}: {row.reason}", markup=False)
    if result.rejected > len(result.examples):
        console.print(
            f"… and {result.rejected - len(result.examples):,} more; --rejected FILE writes them all"
        )


def _progress_bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}% {task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


@contextmanager
def _rejected_file(path: Path | None) -> Iterator[Callable[[RejectedRow, str], None]]:
    if path is None:
        yield lambda *_: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput("rejected", f"{path} cannot be written: {error.strerror}") from error
    with file:
        writer = csv.writer(file)
        writer.writerow(("line_number", "column", "reason", "row"))
        yield lambda rejected, row: writer.writerow(
            (rejected.line_number, rejected.column, rejected.reason, row)
        )
