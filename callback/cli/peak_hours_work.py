"""What the commands on peak hours do; apart from them, so that the CLI starts without numpy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console

from callback.calls.demand import Demand, find_line, load_demand
from callback.calls.line_forecast import forecast_line, history_of_line
from callback.cli.peak_hours_files import (
    forecast_document,
    forecast_rows,
    peaks_document,
    write_csv,
    write_json,
)
from callback.cli.peak_hours_tables import (
    WEEKDAYS,
    accuracy_table,
    forecast_table,
    peaks_table,
)
from callback.clock import Clock
from callback.database import Database
from callback.forecasting.forecast import Forecast
from callback.forecasting.peaks import week_shape
from callback.reporting.chart import Chart, Picture
from callback.reporting.chart_files import save_picture
from callback.reporting.chart_words import english
from callback.reporting.pictures import forecast_picture, peaks_picture

ACTUAL_DAYS_SHOWN = 7


@dataclass(frozen=True)
class Asked:
    """Which line, from which day, on what grid."""

    line: str
    as_of: date | None
    interval: int
    days: int = 7


@dataclass(frozen=True)
class Files:
    """Where to write; None where nothing is asked for."""

    csv: Path | None = None
    json: Path | None = None
    png: Path | None = None
    svg: Path | None = None

    def draw(self, picture: Picture) -> None:
        """Draw a picture into the files that are wished for."""
        for path in (self.png, self.svg):
            if path is not None:
                save_picture(picture, path)


async def show_forecast(
    console: Console, database: Database, clock: Clock, asked: Asked, files: Files
) -> None:
    """Forecast a line, print it, and write what is asked for."""
    demand, forecast = await forecast_of(database, clock, asked)
    title = f"{demand.line.name}: expected calls from {demand.as_of} ({forecast.zone.key})"
    console.print(forecast_table(forecast, title))
    say_how_sure(console, demand, forecast)
    if files.csv:
        write_csv(files.csv, forecast_rows(forecast))
    if files.json:
        write_json(files.json, forecast_document(demand.line.name, forecast))
    if files.png or files.svg:
        files.draw(_forecast_picture(title, demand, forecast, asked.interval))
    say_written(console, files)


def _forecast_picture(title: str, demand: Demand, forecast: Forecast, minutes: int) -> Chart:
    actual = dict(zip(demand.volumes.starts, demand.volumes.counts, strict=True))
    before = demand.volumes.starts[-ACTUAL_DAYS_SHOWN * 24 * 60 // minutes :]
    words = english(forecast.zone)
    return forecast_picture(title, forecast.rows, actual, forecast.zone, minutes, words, before)


async def show_peaks(
    console: Console, database: Database, clock: Clock, asked: Asked, files: Files
) -> None:
    """Print when a line's callers call, by weekday and hour."""
    demand = await demand_of(database, clock, asked)
    shape = week_shape(history_of_line(demand))
    title = f"{demand.line.name}: mean calls by weekday ({demand.volumes.zone.key})"
    console.print(peaks_table(shape, title))
    peaks = ", ".join(
        f"{WEEKDAYS[peak.weekday]} {peak.minute // 60:02d}:{peak.minute % 60:02d} ({peak.calls:.1f})"
        for peak in shape.busiest()
    )
    console.print(f"Busiest {asked.interval} minutes: {peaks or 'none'}")
    if demand.note:
        console.print(demand.note, markup=False)
    hours = [[shape.hourly(weekday, hour) for hour in range(24)] for weekday in range(7)]
    picture = peaks_picture(title, hours, english(demand.volumes.zone))
    files.draw(picture)
    if files.csv:
        save_picture(picture, files.csv)
    if files.json:
        write_json(files.json, peaks_document(demand.line.name, demand.volumes.zone, hours))
    say_written(console, files)


async def demand_of(database: Database, clock: Clock, asked: Asked) -> Demand:
    """Read what is known of a line's demand before the day asked for."""
    async with database.reading() as session:
        line = await find_line(session, asked.line)
        return await load_demand(
            session, line, clock.now(), minutes=asked.interval, as_of=asked.as_of
        )


async def forecast_of(database: Database, clock: Clock, asked: Asked) -> tuple[Demand, Forecast]:
    """Forecast a line; return what is known of it, too."""
    demand = await demand_of(database, clock, asked)
    return demand, forecast_line(demand, asked.days)


def say_how_sure(console: Console, demand: Demand, forecast: Forecast) -> None:
    """Print how far a forecast may be trusted, and what is odd about the log."""
    if forecast.accuracy is not None:
        console.print(accuracy_table(forecast.accuracy))
    for note in (demand.note, *forecast.notes):
        if note:
            console.print(note, markup=False)


def say_written(console: Console, files: Files) -> None:
    """Print which files were written."""
    for path in (files.csv, files.json, files.png, files.svg):
        if path is not None:
            console.print(f"Wrote {path}", markup=False, soft_wrap=True)
