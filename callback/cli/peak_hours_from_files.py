"""Forecast and staffing from a file to a file: no database, no settings, no Twilio."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from callback.calls.counts_file import CountedFile, count_file
from callback.calls.days_file import read_days
from callback.calls.log_times import TimeReader, zone_named
from callback.cli.peak_hours_files import DIGITS, write_csv
from callback.cli.peak_hours_tables import accuracy_table, forecast_table, staffing_table
from callback.errors import InvalidInput
from callback.forecasting.day_calendar import DayCalendar
from callback.forecasting.forecast import Forecast, forecast_volume
from callback.forecasting.history import without_gaps
from callback.forecasting.intervals import DAY
from callback.forecasting.staffing import StaffingTarget, plan_staffing

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


def staffing_file(
    console: Console, source: Path, quantile: str, target: StaffingTarget, out: Path | None
) -> None:
    """Work out the agents for the forecast in `source`, print the days, and write every interval."""
    written, starts, calls = _read_forecast(source, quantile)
    step = min((b - a for a, b in pairwise(sorted(set(starts)))), default=timedelta(minutes=30))
    order = sorted(range(len(starts)), key=starts.__getitem__)
    plan = plan_staffing([starts[n] for n in order], [calls[n] for n in order], step, target)
    console.print(staffing_table(plan, WALL, f"{source.name}: agents for {quantile}"))
    if out:
        rows = [
            {
                "start": written[n],
                "calls": round(row.calls, DIGITS),
                "load_erlangs": round(row.load_erlangs, DIGITS),
                "agents": row.agents,
                "scheduled": row.scheduled,
                "scheduled_exact": round(row.scheduled_exact, DIGITS),
                "service_level": round(row.service_level, 6),
                "occupancy": round(row.occupancy, 6),
                "mean_wait_seconds": round(row.mean_wait_seconds, DIGITS),
            }
            for n, row in zip(order, plan.rows, strict=True)
        ]
        write_csv(out, rows)
        console.print(f"Wrote {out}", markup=False, soft_wrap=True)


def _calls(text: str) -> float:
    calls = float(text)
    if not 0 <= calls < float("inf"):
        raise ValueError(f"{text!r} is no number of calls")
    return calls


def _read_forecast(path: Path, quantile: str) -> tuple[list[str], list[datetime], list[float]]:
    """Return starts as written and as instants, and the calls of a column.

    Raises:
        InvalidInput: the file is no forecast; says which line and column.

    """
    reader = TimeReader()
    written, starts, calls = [], [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            missing = {"start", quantile} - set(table.fieldnames or ())
            if missing:
                raise InvalidInput(
                    "from", f"{path.name} has no column {' and '.join(sorted(missing))}"
                )
            for number, row in enumerate(table, start=2):
                try:
                    moment = reader.moment(row["start"].strip())
                    expected = _calls(row[quantile])
                except (ValueError, TypeError, AttributeError) as error:
                    raise InvalidInput("from", f"{path.name}, line {number}: {error}") from error
                written.append(row["start"])
                starts.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
                calls.append(expected)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("from", f"{path} cannot be read: {error}") from error
    if not starts:
        raise InvalidInput("from", f"{path.name} has no rows")
    return written, starts, calls
