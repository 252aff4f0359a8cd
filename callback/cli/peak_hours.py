"""The commands on peak hours: import a call log, forecast, staff, and see when people call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from callback.cli.call_log_commands import events, import_calls, presence, report
from callback.cli.peak_hours_options import (
    AsOfOption,
    CsvOption,
    DaysOption,
    IntervalOption,
    JsonOption,
    LineArgument,
    LineOrFile,
    PngOption,
    SvgOption,
    in_sentences,
    line_named,
    on_database,
    refuse_line,
)
from callback.cli.staffing_command import staffing

if TYPE_CHECKING:
    from callback.clock import Clock
    from callback.database import Database


app = typer.Typer(
    help="Call logs, forecasts and staffing.", no_args_is_help=True, pretty_exceptions_enable=False
)


def forecast(
    line: LineOrFile = None,
    days: DaysOption = 7,
    interval: IntervalOption = 30,
    as_of: AsOfOption = None,
    csv_file: CsvOption = None,
    json_file: JsonOption = None,
    png: PngOption = None,
    svg: SvgOption = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Forecast this file instead of a line: one row for each call, or start,calls counts; may be"
            " .gz. Needs no database.",
        ),
    ] = None,
    closed: Annotated[
        Path | None,
        typer.Option(help="With --from: a CSV file of days on which the line is closed."),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="With --from: a CSV file date,name of special days, past and to come."),
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="With --from: whose public holidays count, as DE or US.")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(help="With --from: IANA zone of the line. Default: wall times as written."),
    ] = None,
) -> None:
    """Forecast the calls of the coming days, with a band, and say how far to trust it."""
    first = as_of.date() if as_of else None
    if source is not None:
        from callback.cli.peak_hours_from_files import FileWish, forecast_file

        with in_sentences():
            refuse_line(line)
            wish = FileWish(source, first, interval, days, closed, events, country, zone, csv_file)
            forecast_file(Console(), wish)
        return

    async def work(console: Console, database: Database, clock: Clock) -> None:
        from callback.cli.peak_hours_work import Asked, Files, show_forecast

        asked = Asked(line_named(line), first, interval, days)
        await show_forecast(console, database, clock, asked, Files(csv_file, json_file, png, svg))

    on_database(work)


def peaks(
    line: LineArgument,
    interval: IntervalOption = 30,
    as_of: AsOfOption = None,
    csv_file: CsvOption = None,
    json_file: JsonOption = None,
    png: PngOption = None,
    svg: SvgOption = None,
) -> None:
    """Show when people call, by weekday and hour."""

    async def work(console: Console, database: Database, clock: Clock) -> None:
        from callback.cli.peak_hours_work import Asked, Files, show_peaks

        asked = Asked(line, as_of.date() if as_of else None, interval)
        await show_peaks(console, database, clock, asked, Files(csv_file, json_file, png, svg))

    on_database(work)


app.command("import-calls")(import_calls)
app.command("events")(events)
app.command("presence")(presence)
app.command("forecast")(forecast)
app.command("staffing")(staffing)
app.command("peaks")(peaks)
app.command("report")(report)
