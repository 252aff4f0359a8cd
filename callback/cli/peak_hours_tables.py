"""Forecasts, staffing plans and weeks as tables in the terminal, peaks visible at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table
from rich.text import Text

from callback.forecasting.accuracy import Accuracy
from callback.forecasting.forecast import Forecast
from callback.forecasting.peaks import WeekShape
from callback.forecasting.staffing import StaffingPlan, StaffingRow

BARS = " ▁▂▃▄▅▆▇█"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NEAR_THE_PEAK = 0.9


def bars(values: Sequence[float], most: float) -> Text:
    """Return one bar for each value, from nothing to `most`; those near `most` stand out."""
    text = Text()
    for value in values:
        share = value / most if most > 0 else 0.0
        level = 0 if value <= 0 else max(1, min(len(BARS) - 1, round(share * (len(BARS) - 1))))
        text.append(BARS[level], style="bold red" if share >= NEAR_THE_PEAK else "blue")
    return text


def hours_ruler() -> str:
    """Return a heading for 24 bars."""
    return "0     6     12    18    "


def forecast_table(forecast: Forecast, title: str) -> Table:
    """Return one row a day: expected calls, the busiest hour, and the shape of the day by the hour."""
    table = _table(title, "day", "calls", "busiest hour", "in it", hours_ruler())
    hourly = hourly_by_day(forecast.zone, ((row.start, row.mean) for row in forecast.rows))
    most = max((max(hours) for hours in hourly.values()), default=0.0)
    for day, hours in hourly.items():
        peak = max(range(24), key=hours.__getitem__)
        busiest = f"{peak:02d}:00–{peak + 1:02d}:00" if hours[peak] > 0 else "none"
        table.add_row(
            f"{day:%a %d %b}",
            f"{sum(hours):,.0f}",
            busiest,
            f"{hours[peak]:,.0f}",
            bars(hours, most),
        )
    table.add_section()
    table.add_row("all", f"{forecast.calls:,.0f}", "", "", "")
    return table


def staffing_table(plan: StaffingPlan, zone: ZoneInfo, title: str) -> Table:
    """Return one row a day: hours at work and paid, the peak, and the agents by the hour."""
    table = _table(title, "day", "hours", "paid", "most agents", "on rota", hours_ruler())
    most = max((row.agents for row in plan.rows), default=0)
    for day, rows in _by_day(zone, plan.rows).items():
        part = StaffingPlan(plan.interval, tuple(rows))
        peak = max(rows, key=lambda row: row.agents)
        hours = [0.0] * 24
        for row in rows:
            local = row.start.astimezone(zone)
            hours[local.hour] = max(hours[local.hour], float(row.agents))
        table.add_row(
            f"{day:%a %d %b}",
            f"{part.agent_hours:,.1f}",
            f"{part.scheduled_hours:,.1f}",
            f"{peak.agents} at {peak.start.astimezone(zone):%H:%M}" if peak.agents else "none",
            str(peak.scheduled),
            bars(hours, most),
        )
    table.add_section()
    table.add_row("all", f"{plan.agent_hours:,.1f}", f"{plan.scheduled_hours:,.1f}", "", "", "")
    return table


def peaks_table(shape: WeekShape, title: str) -> Table:
    """Return one row a weekday: mean calls, the busiest hour, and the shape of the day by the hour."""
    table = _table(title, "weekday", "calls", "busiest hour", "in it", hours_ruler())
    week = [[shape.hourly(weekday, hour) for hour in range(24)] for weekday in range(7)]
    most = max(max(hours) for hours in week)
    for name, hours in zip(WEEKDAYS, week, strict=True):
        peak = max(range(24), key=hours.__getitem__)
        busiest = f"{peak:02d}:00–{peak + 1:02d}:00" if hours[peak] > 0 else "none"
        table.add_row(name, f"{sum(hours):,.1f}", busiest, f"{hours[peak]:,.1f}", bars(hours, most))
    return table


def accuracy_table(accuracy: Accuracy) -> Table:
    """Return the model's accuracy beside the seasonal naive forecast and the noise floor."""
    title = f"Tested on the last {accuracy.target_days} days, 1 to 7 days ahead"
    table = _table(title, "forecast", "WAPE", "bias")
    table.add_row(accuracy.model, f"{accuracy.wape:.1%}", f"{accuracy.bias:+.1%}")
    table.add_row("seasonal naive", f"{accuracy.naive_wape:.1%}", f"{accuracy.naive_bias:+.1%}")
    table.add_row("noise floor (chance alone)", f"{accuracy.noise_floor:.1%}", "")
    table.add_row("share of counts within q10–q90", f"{accuracy.coverage:.1%}", "(80% is right)")
    return table


def hourly_by_day(
    zone: ZoneInfo, values: Iterable[tuple[datetime, float]]
) -> dict[date, list[float]]:
    """Return the sum of each local day's 24 hours by the wall clock."""
    days: dict[date, list[float]] = {}
    for start, value in values:
        local = start.astimezone(zone)
        days.setdefault(local.date(), [0.0] * 24)[local.hour] += value
    return days


def _by_day(zone: ZoneInfo, rows: Iterable[StaffingRow]) -> dict[date, list[StaffingRow]]:
    days: dict[date, list[StaffingRow]] = {}
    for row in rows:
        days.setdefault(row.start.astimezone(zone).date(), []).append(row)
    return days


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=Text(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for number, column in enumerate(columns):
        left = number == 0 or column == hours_ruler()
        table.add_column(column, justify="left" if left else "right", no_wrap=True)
    return table
