"""The commands on peak hours: import a call log, forecast, staff, and see when people call."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from callback.errors import CallbackError, InvalidInput

if TYPE_CHECKING:
    from callback.clock import Clock
    from callback.database import Database

app = typer.Typer(
    help="Call logs, forecasts and staffing.", no_args_is_help=True, pretty_exceptions_enable=False
)

LineArgument = Annotated[str, typer.Argument(help="The line's id, or its exact name.")]
LineOrFile = Annotated[
    str | None, typer.Argument(help="The line's id, or its exact name; none with --from.")
]
DaysOption = Annotated[int, typer.Option(help="How many days to look ahead.")]
IntervalOption = Annotated[int, typer.Option(help="Minutes per interval: 15, 30 or 60.")]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="First day to forecast, from what was known before it. Default: today, or the day after the"
        " last call if the log is old.",
    ),
]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write the rows to this CSV file.")]
JsonOption = Annotated[
    Path | None, typer.Option("--json", help="Write everything to this JSON file.")
]
PngOption = Annotated[
    Path | None, typer.Option("--png", help="Draw a chart into this .png or .svg file.")
]
SvgOption = Annotated[Path | None, typer.Option("--svg", help="Draw a chart into this .svg file.")]


@app.command("import-calls")
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
        with _sentences():
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

    _run(work)


@app.command("forecast")
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

        with _sentences():
            _refuse_line(line)
            wish = FileWish(source, first, interval, days, closed, events, country, zone, csv_file)
            forecast_file(Console(), wish)
        return

    async def work(console: Console, database: Database, clock: Clock) -> None:
        from callback.cli.peak_hours_work import Asked, Files, show_forecast

        asked = Asked(_named(line), first, interval, days)
        await show_forecast(console, database, clock, asked, Files(csv_file, json_file, png, svg))

    _run(work)


@app.command("staffing")
def staffing(
    line: LineOrFile = None,
    days: DaysOption = 7,
    interval: IntervalOption = 30,
    target: Annotated[
        str | None, typer.Option(help="Service level, as 80/20. Default: the line's own.")
    ] = None,
    shrinkage: Annotated[
        float, typer.Option(help="Share of paid time away from calls, 0–1.")
    ] = 0.3,
    occupancy: Annotated[float, typer.Option(help="Highest share of busy time, 0–1.")] = 0.85,
    aht: Annotated[
        float | None,
        typer.Option(help="Mean handle time in seconds. Default: measured in the log."),
    ] = None,
    patience: Annotated[
        float | None, typer.Option(help="Mean patience in seconds: Erlang A instead of C.")
    ] = None,
    quantile: Annotated[
        str, typer.Option(help="What to staff for: mean, q50, q75 or q90 of the forecast.")
    ] = "q75",
    as_of: AsOfOption = None,
    csv_file: CsvOption = None,
    json_file: JsonOption = None,
    png: PngOption = None,
    svg: SvgOption = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Staff the CSV of a forecast instead of a line. Needs no database and --aht.",
        ),
    ] = None,
    asa: Annotated[
        float | None,
        typer.Option(help="Longest mean wait in seconds; alone, the only target."),
    ] = None,
    abandonment: Annotated[
        float | None,
        typer.Option(help="With --patience: most callers who may hang up, 0–1."),
    ] = None,
    presence: Annotated[
        float, typer.Option(help="Share of those at work who are there for calls; see `presence`.")
    ] = 1.0,
    ramps: Annotated[
        str,
        typer.Option(
            help="plain, or lagged: the load comes a handle time after the calls. auto: lagged"
            " from five minutes on."
        ),
    ] = "auto",
    plan: Annotated[
        Path | None,
        typer.Option(help="With --from: a CSV or ICS file of agents or shifts to hold it against."),
    ] = None,
    callbacks: Annotated[
        float | None,
        typer.Option(help="Share of busy callers called back later, 0–1; shows the effect."),
    ] = None,
    pool: Annotated[
        list[str] | None,
        typer.Option(help="Another line that the same agents serve; may be given several times."),
    ] = None,
) -> None:
    """Say how many agents each interval of the coming days needs."""
    if source is not None:
        from callback.cli.staffing_from_files import StaffingFileWish, staffing_file
        from callback.forecasting.ramped_staffing import ramps_named
        from callback.forecasting.staffing import StaffingTarget

        with _sentences():
            _refuse_line(line)
            if aht is None:
                raise InvalidInput("aht", "--from needs --aht, the mean handle time in seconds")
            share, seconds = parse_target(target or "80/20")
            if target is None and (asa is not None or abandonment is not None):
                share = 0.0
            goal = StaffingTarget(
                share, seconds, aht, shrinkage, occupancy, patience, asa, abandonment, presence
            )
            wish = StaffingFileWish(source, quantile, ramps_named(ramps), plan, callbacks, csv_file)
            staffing_file(Console(), wish, goal)
        return

    async def work(console: Console, database: Database, clock: Clock) -> None:
        from callback.cli.peak_hours_work import Asked, Files, StaffingWish, show_staffing
        from callback.forecasting.ramped_staffing import ramps_named

        asked = Asked(_named(line), as_of.date() if as_of else None, interval, days)
        wanted = parse_target(target) if target else None
        if wanted is None and (asa is not None or abandonment is not None):
            wanted = (0.0, 0.0)
        asked_for = StaffingWish(
            wanted,
            shrinkage,
            occupancy,
            aht,
            patience,
            quantile,
            asa,
            abandonment,
            presence,
            ramps_named(ramps),
            callbacks,
            tuple(pool or ()),
        )
        await show_staffing(
            console, database, clock, asked, asked_for, Files(csv_file, json_file, png, svg)
        )

    _run(work)


@app.command("events")
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

    _run(work)


@app.command("presence")
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

    _run(work)


@app.command("peaks")
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

    _run(work)


@app.command("report")
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

    _run(work)


def parse_target(text: str) -> tuple[float, float]:
    """Return `80/20` as a share and seconds: 0.8 and 20.0.

    Raises:
        InvalidInput: it is written otherwise.

    """
    percent, slash, seconds = text.partition("/")
    try:
        share, within = float(percent) / 100, float(seconds)
    except ValueError:
        share, within = 0.0, -1.0
    if not slash or not 0 < share < 1 or within < 0:
        raise InvalidInput("target", f"{text!r}; write the percentage and the seconds, as 80/20")
    return share, within


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn an error that we know into one sentence; without the imports that a database needs."""
    try:
        yield
    except (CallbackError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def _named(line: str | None) -> str:
    if line is None:
        raise InvalidInput("line", "name a line, or a file with --from")
    return line


def _refuse_line(line: str | None) -> None:
    if line is not None:
        raise InvalidInput("line", f"{line!r} and --from exclude each other")


Work = Callable[[Console, "Database", "Clock"], Coroutine[Any, Any, None]]


def _run(work: Work) -> None:
    from callback.cli.session import open_database, run

    async def on_database() -> None:
        async with open_database() as (_, clock, database):
            await work(Console(), database, clock)

    run(on_database())
