"""The commands on a line's call log: import it, name its special days, measure presence, report."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from callback.cli.peak_hours_options import LineArgument, in_sentences, on_database
from callback.errors import InvalidInput

if TYPE_CHECKING:
    from callback.clock import Clock
    from callback.database import Database


def import_calls(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A CSV file with one row for each call, or a day of Twilio's bulk export (JSON lines); may"
            " be .gz. None with --twilio."
        ),
    ] = None,
    line: Annotated[str, typer.Option(help="The line's id, or its exact name.")] = "",
    zone: Annotated[
        str | None, typer.Option(help="IANA zone of times without offset. Default: the line's.")
    ] = None,
    source: Annotated[
        str,
        typer.Option(help="Name of the system that wrote the log; keep it the same every time."),
    ] = "csv",
    date_order: Annotated[
        str | None, typer.Option(help="How 03/04/2026 is meant: day-first or month-first.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Judge every row, write none.")
    ] = False,
    rejected: Annotated[
        Path | None,
        typer.Option(help="Write the rows that are left out, with reasons, to this CSV file."),
    ] = None,
    twilio: Annotated[
        bool, typer.Option("--twilio", help="Ask Twilio for its log of the line's numbers.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="With --twilio: the first day. Default: 90 days ago."
        ),
    ] = None,
) -> None:
    """Bring a call log into the history of a line. Doing it twice changes nothing."""
    if twilio == (file is not None):
        with in_sentences():
            raise InvalidInput("file", "name a file, or --twilio for Twilio's own log")

    async def work(console: Console, database: Database, clock: Clock) -> None:
        from callback.cli.peak_hours_import import ImportWish, show_import
        from callback.cli.peak_hours_twilio import show_export_import, show_twilio_import

        if file is None:
            first = since.date() if since else None
            await show_twilio_import(console, database, clock, line, first)
        elif not await show_export_import(console, database, clock, line, file):
            wish = ImportWish(file, line, zone, source, date_order, dry_run, rejected)
            await show_import(console, database, clock, wish)

    on_database(work)


def events(
    line: LineArgument,
    file: Annotated[
        Path,
        typer.Argument(help="A CSV file date,name of special days, past and to come."),
    ],
) -> None:
    """Put a file of special days in place of a line's events; its forecasts learn from the earlier ones."""

    async def work(console: Console, database: Database, clock: Clock) -> None:
        from callback.cli.line_events import keep_events

        await keep_events(console, database, clock, line, file)

    on_database(work)


def presence(
    line: LineArgument,
    days: Annotated[int, typer.Option(help="How many days of the log, up to its end: 1–92.")] = 28,
) -> None:
    """Measure which share of the agents whom the log shows are really there for calls."""

    async def work(console: Console, database: Database, clock: Clock) -> None:
        from callback.calls.demand import find_line
        from callback.calls.presence import measure_presence

        async with database.reading() as session:
            chosen = await find_line(session, line)
            found = await measure_presence(session, chosen, days, clock.now())
        console.print(
            f"{chosen.name}: presence {found.factor:.2f}. Of {found.calls:,} calls in {found.days} days"
            f" {found.abandoned:.1%} hung up waiting; handle time {found.handle_seconds:.0f} s, patience"
            f" {found.patience_seconds:.0f} s.\nStaff with --presence {found.factor:.2f} --patience"
            f" {found.patience_seconds:.0f}.",
            markup=False,
            soft_wrap=True,
        )

    on_database(work)


def report(
    line: LineArgument,
    out: Annotated[Path, typer.Option(help="Write the report to this .html file.")],
    days: Annotated[int, typer.Option(help="How many days: 1 for daily, 7 for weekly.")] = 7,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last day. Default: yesterday."),
    ] = None,
) -> None:
    """Write how a line did in a day or a week, and what comes, as one page to keep or to send."""

    async def work(console: Console, database: Database, clock: Clock) -> None:
        from callback.calls.demand import find_line
        from callback.forecasting.intervals import DAY
        from callback.reporting.period_report import period_report

        now = clock.now()
        async with database.reading() as session:
            chosen = await find_line(session, line)
            last = until.date() if until else now.astimezone(chosen.zone).date() - DAY
            text = await period_report(session, chosen, last, days, now)
        out.write_text(text, encoding="utf-8")
        console.print(f"Wrote {out}", markup=False, soft_wrap=True)

    on_database(work)
