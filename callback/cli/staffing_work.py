"""What the staffing command does for a line; apart from it, so that the CLI starts without numpy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from rich.console import Console

from callback.calls.demand import Demand
from callback.calls.line_forecast import handle_times_ahead
from callback.cli.peak_hours_files import staffing_document, staffing_rows, write_csv, write_json
from callback.cli.peak_hours_tables import staffing_table
from callback.cli.peak_hours_work import Asked, Files, forecast_of, say_how_sure, say_written
from callback.cli.staffing_from_files import say_callbacks
from callback.clock import Clock
from callback.database import Database
from callback.errors import InvalidInput
from callback.forecasting.forecast import Forecast
from callback.forecasting.peak_shaving import with_callbacks
from callback.forecasting.pooling import pooled
from callback.forecasting.ramped_staffing import Ramps, plan_with_ramps
from callback.forecasting.requirement import agents_for_many
from callback.forecasting.staffing import StaffingPlan, StaffingTarget
from callback.reporting.chart_words import english
from callback.reporting.pictures import staffing_picture
from callback.reporting.staffing import needs_of, planned_for

QUANTILES = ("mean", "q50", "q75", "q90")


@dataclass(frozen=True)
class StaffingWish:
    """What the command line says of a staffing plan; None takes the line's own figure.

    `callbacks` is the share (0–1) of callers who take a later callback, `pool` names further lines that
    the same agents serve, `patience_from_log` asks for that of the line; the rest is as in `StaffingTarget`.
    """

    target: tuple[float, float] | None
    shrinkage: float
    occupancy: float
    handle_seconds: float | None
    patience_seconds: float | None
    quantile: str
    longest_mean_wait_seconds: float | None = None
    most_abandoned: float | None = None
    presence: float = 1.0
    ramps: Ramps = Ramps.AUTO
    callbacks: float | None = None
    pool: tuple[str, ...] = ()
    patience_from_log: bool = False


async def show_staffing(
    console: Console,
    database: Database,
    clock: Clock,
    asked: Asked,
    wish: StaffingWish,
    files: Files,
) -> None:
    """Work out the agents that a line needs, print them, and write what is asked for."""
    if wish.callbacks is not None and not 0 <= wish.callbacks <= 1:
        raise InvalidInput("callbacks", f"{wish.callbacks:g}; must be 0 to 1")
    if wish.callbacks is not None and wish.pool:
        raise InvalidInput("callbacks", "are shown for one line, not for a pool")
    if wish.quantile not in QUANTILES:
        raise InvalidInput("quantile", f"{wish.quantile!r}; must be one of {', '.join(QUANTILES)}")
    demand, forecast = await forecast_of(database, clock, asked)
    target = _target(demand, wish)
    plan = _plan(demand, forecast, target, asked, wish)
    after = _plan(demand, forecast, target, asked, wish, wish.callbacks) if wish.callbacks else None
    for name in wish.pool:
        other, expected = await forecast_of(database, clock, replace(asked, line=name))
        plan = pooled([plan, _plan(other, expected, _target(other, wish), asked, wish)])
    title = f"{demand.line.name}: agents from {demand.as_of} ({forecast.zone.key})"
    console.print(staffing_table(plan, forecast.zone, title))
    console.print(_terms(target, wish))
    if after is not None and wish.callbacks is not None:
        say_callbacks(console, wish.callbacks, plan, after)
    say_how_sure(console, demand, forecast)
    if files.csv:
        write_csv(files.csv, staffing_rows(plan, forecast.zone))
    if files.json:
        write_json(
            files.json,
            staffing_document(demand.line.name, forecast, plan, target, wish.quantile),
        )
    if files.png or files.svg:
        async with database.reading() as session:
            rota = await planned_for(session, demand.line, forecast.rows, plan.interval)
        words = english(forecast.zone)
        files.draw(staffing_picture(title, needs_of(plan, rota), forecast.zone, words))
    say_written(console, files)


def _plan(
    demand: Demand,
    forecast: Forecast,
    target: StaffingTarget,
    asked: Asked,
    wish: StaffingWish,
    callbacks: float | None = None,
) -> StaffingPlan:
    calls = [getattr(row, wish.quantile) for row in forecast.rows]
    starts = [row.start for row in forecast.rows]
    if callbacks is not None:
        local = [start.astimezone(forecast.zone) for start in starts]
        calls = with_callbacks(local, calls, callbacks)
    handles = handle_times_ahead(demand, starts) if wish.handle_seconds is None else None
    step = timedelta(minutes=asked.interval)
    return plan_with_ramps(starts, calls, step, target, wish.ramps, handles, agents_for_many)


def _target(demand: Demand, wish: StaffingWish) -> StaffingTarget:
    level = demand.line.service_level
    share, seconds = wish.target or (level["share"], level["seconds"])
    handle = wish.handle_seconds or demand.record.handle_seconds
    return StaffingTarget(
        share=share,
        seconds=seconds,
        handle_seconds=handle or demand.line.expected_handle_seconds,
        shrinkage=wish.shrinkage,
        highest_occupancy=wish.occupancy,
        patience_seconds=_patience(demand, wish),
        longest_mean_wait_seconds=wish.longest_mean_wait_seconds,
        most_abandoned=wish.most_abandoned,
        presence=wish.presence,
    )


def _patience(demand: Demand, wish: StaffingWish) -> float | None:
    if not wish.patience_from_log:
        return wish.patience_seconds
    if wish.patience_seconds is not None:
        raise InvalidInput("patience", "give seconds or --patience-from-log, not both")
    if demand.record.patience_seconds is None:
        raise InvalidInput(
            "patience-from-log",
            f"nobody has hung up waiting on {demand.line.name}; give --patience",
        )
    return demand.record.patience_seconds


def _terms(target: StaffingTarget, wish: StaffingWish) -> str:
    queue = (
        "nobody hangs up (Erlang C)"
        if target.patience_seconds is None
        else f"patience {target.patience_seconds:.0f} s (Erlang A)"
    )
    return (
        f"{target.share:.0%} within {target.seconds:.0f} s, {wish.quantile} of the forecast, handle time"
        f" {target.handle_seconds:.0f} s, shrinkage {target.shrinkage:.0%}, occupancy at most"
        f" {target.highest_occupancy:.0%}, {queue}"
    )
