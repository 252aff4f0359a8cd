"""Staffing from a forecast's file to a file: no database, no settings, no Twilio."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from callback.calls.log_times import TimeReader
from callback.cli.peak_hours_files import DIGITS, write_csv
from callback.cli.peak_hours_tables import staffing_table
from callback.errors import InvalidInput
from callback.forecasting.peak_shaving import with_callbacks
from callback.forecasting.ramped_staffing import Ramps, plan_with_ramps
from callback.forecasting.requirement import agents_for_many
from callback.forecasting.staffing import StaffingPlan, StaffingTarget

WALL = ZoneInfo("UTC")  # on which wall times stand where no zone is known


@dataclass(frozen=True)
class StaffingFileWish:
    """What to staff, for which quantile, and what to hold it against.

    `plan` is a file of agents or shifts; `callbacks` the share (0–1) of callers who take a later callback.
    """

    source: Path
    quantile: str
    ramps: Ramps = Ramps.AUTO
    plan: Path | None = None
    callbacks: float | None = None
    csv: Path | None = None


def staffing_file(console: Console, wish: StaffingFileWish, target: StaffingTarget) -> None:
    """Work out the agents for the forecast in a file, print the days, and write every interval."""
    if wish.callbacks is not None and not 0 <= wish.callbacks <= 1:
        raise InvalidInput("callbacks", f"{wish.callbacks:g}; must be 0 to 1")
    written, starts, calls = _read_forecast(wish.source, wish.quantile)
    step = min((b - a for a, b in pairwise(starts)), default=timedelta(minutes=30))
    plan = plan_with_ramps(starts, calls, step, target, wish.ramps, None, agents_for_many)
    console.print(staffing_table(plan, WALL, f"{wish.source.name}: agents for {wish.quantile}"))
    rows = [
        {
            "start": text,
            "calls": round(row.calls, DIGITS),
            "load_erlangs": round(row.load_erlangs, DIGITS),
            "agents": row.agents,
            "scheduled": row.scheduled,
            "scheduled_exact": round(row.scheduled_exact, DIGITS),
            "service_level": round(row.service_level, 6),
            "occupancy": round(row.occupancy, 6),
            "mean_wait_seconds": round(row.mean_wait_seconds, DIGITS),
        }
        for text, row in zip(written, plan.rows, strict=True)
    ]
    if wish.plan is not None:
        _hold_against(console, wish.plan, plan, starts, step, rows)
    if wish.callbacks is not None:
        moved = with_callbacks(starts, calls, wish.callbacks)
        after = plan_with_ramps(starts, moved, step, target, wish.ramps, None, agents_for_many)
        for row, less in zip(rows, after.rows, strict=True):
            row["calls_with_callbacks"] = round(less.calls, DIGITS)
            row["agents_with_callbacks"] = less.agents
        say_callbacks(console, wish.callbacks, plan, after)
    if wish.csv:
        write_csv(wish.csv, rows)
        console.print(f"Wrote {wish.csv}", markup=False, soft_wrap=True)


def _hold_against(
    console: Console,
    path: Path,
    plan: StaffingPlan,
    starts: Sequence[datetime],
    step: timedelta,
    rows: list[dict[str, Any]],
) -> None:
    """Add the agents of a plan's file to the rows, and say where there are too few or too many."""
    # Shifts are rows of a database, whose library most runs of this command can do without.
    from callback.agents.shift import agents_planned
    from callback.agents.shifts_file import read_plan

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput("plan", f"{path} cannot be read: {error.strerror}") from error
    planned = agents_planned(read_plan(content, WALL, starts[0]), starts, step)
    over = [have - row.scheduled for have, row in zip(planned, plan.rows, strict=True)]
    for row, have, more in zip(rows, planned, over, strict=True):
        row["planned"], row["over"] = round(have, DIGITS), round(more, DIGITS)
    hours = step / timedelta(hours=1)
    short, spare = [-each for each in over if each < 0], [each for each in over if each > 0]
    console.print(
        f"Held against {path.name}: {len(short)} of {len(over)} intervals are short, by"
        f" {sum(short) * hours:,.1f} agent-hours; {len(spare)} have more than they need, by"
        f" {sum(spare) * hours:,.1f}.",
        markup=False,
        soft_wrap=True,
    )


def say_callbacks(
    console: Console, share: float, before: StaffingPlan, after: StaffingPlan
) -> None:
    """Tell what callbacks do to the most agents and to the hours."""
    peaks = [max(row.agents for row in plan.rows) for plan in (before, after)]
    console.print(
        f"If up to {share:.0%} of the callers of busy intervals take a callback later the same day: most agents"
        f" {peaks[0]} → {peaks[1]}, agent-hours {before.agent_hours:,.1f} → {after.agent_hours:,.1f}.",
        markup=False,
        soft_wrap=True,
    )


def _calls(text: str) -> float:
    calls = float(text)
    if not 0 <= calls < float("inf"):
        raise ValueError(f"{text!r} is no number of calls")
    return calls


def _read_forecast(path: Path, quantile: str) -> tuple[list[str], list[datetime], list[float]]:
    """Return starts as written and as instants, and the calls of a column, in the order of time.

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
    order = sorted(range(len(starts)), key=starts.__getitem__)
    for sooner, later in pairwise(order):
        if starts[sooner] == starts[later]:
            raise InvalidInput("from", f"{path.name} has two rows of {written[later]}")
    return (
        [written[place] for place in order],
        [starts[place] for place in order],
        [calls[place] for place in order],
    )
