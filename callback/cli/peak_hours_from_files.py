"""Forecast from a file to a file: no database, no settings, no Twilio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from callback.calls.counts_file import CountedFile, count_file
from callback.calls.days_file import read_days
from callback.calls.log_times import zone_named
from callback.cli.peak_hours_files import DIGITS, write_csv
from callback.cli.peak_hours_tables import accuracy_table, forecast_table
from callback.forecasting.day_calendar import DayCalendar
from callback.forecasting.forecast import Forecast, forecast_volume
from callback.forecasting.history import without_gaps
from callback.forecasting.intervals import DAY

WALL = ZoneInfo("UTC")  # on which wall times stand where no zone is known
QUANTILES = ("mean", "q10", "q25", "q50", "q75", "q90")


@dataclass(frozen=True)
class FileWish:
    """What to forecast, and what is known of the line besides its calls."""

    source: Path
    as_of: date | None
    interval: int
    days: int
    closed: Path | None = None
    events: Path | None = None
    country: str | None = None
    zone: str | None = None
    csv: Path | None = None


def forecast_file(console: Console, wish: FileWish) -> None:
    """Forecast the calls of a file, print the days, and write every interval."""
    zone = zone_named(wish.zone) if wish.zone else None
    special = DayCalendar(
        country=wish.country.upper() if wish.country else None,
        events=read_days(wish.events) if wish.events else {},
        closed=frozenset(read_days(wish.closed)) if wish.closed else frozenset(),
    )
    counted = count_file(wish.source, wish.interval, wish.as_of, zone)
    first = wish.as_of or counted.history.days[-1] + DAY
    history = without_gaps(counted.history)
    forecast = forecast_volume(history, first, wish.days, zone or WALL, None, special)
    console.print(forecast_table(forecast, f"{wish.source.name}: expected calls from {first}"))
    console.print(f"Model: {forecast.model}")
    if forecast.accuracy is not None:
        console.print(accuracy_table(forecast.accuracy))
    for note in (*counted.report.sentences(), *forecast.notes):
        console.print(note, markup=False)
    if wish.csv:
        write_csv(wish.csv, _rows(forecast, counted, zone))
        console.print(f"Wrote {wish.csv}", markup=False, soft_wrap=True)


def _rows(forecast: Forecast, counted: CountedFile, zone: ZoneInfo | None) -> list[dict[str, Any]]:
    """Return the rows with `start` as the file wrote its times: with an offset, or without."""
    offset = timezone(counted.offset) if counted.offset is not None else None

    def written(start: datetime) -> str:
        if zone is not None:
            return start.astimezone(zone).isoformat(sep=" ")
        return start.astimezone(WALL).replace(tzinfo=offset).isoformat(sep=" ")

    return [
        {
            "start": written(row.start),
            **{name: round(getattr(row, name), DIGITS) for name in QUANTILES},
        }
        for row in forecast.rows
    ]
