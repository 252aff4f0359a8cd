"""The command that says how many agents the coming days need, of a line or of a forecast's file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from callback.cli.peak_hours_options import (
    AsOfOption,
    CsvOption,
    DaysOption,
    IntervalOption,
    JsonOption,
    LineOrFile,
    PngOption,
    SvgOption,
    in_sentences,
    line_named,
    on_database,
    refuse_line,
)
from callback.errors import InvalidInput

if TYPE_CHECKING:
    from callback.clock import Clock
    from callback.database import Database


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
    patience_from_log: Annotated[
        bool,
        typer.Option("--patience-from-log", help="Erlang A, with the patience that the log tells."),
    ] = False,
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
            help="Staff the CSV of a forecast instead of a line. Needs --aht, and no database.",
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
            help="plain, or lagged: the load follows the calls about a handle time later. auto: lagged"
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

        with in_sentences():
            refuse_line(line)
            if aht is None:
                raise InvalidInput("aht", "--from needs --aht, the mean handle time in seconds")
            if patience_from_log:
                raise InvalidInput(
                    "patience-from-log", "a forecast's file tells of none; give --patience"
                )
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
        from callback.cli.peak_hours_work import Asked, Files
        from callback.cli.staffing_work import StaffingWish, show_staffing
        from callback.forecasting.ramped_staffing import ramps_named

        asked = Asked(line_named(line), as_of.date() if as_of else None, interval, days)
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
            patience_from_log,
        )
        await show_staffing(
            console, database, clock, asked, asked_for, Files(csv_file, json_file, png, svg)
        )

    on_database(work)


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
