"""A line's day or week as one page to keep or to send: service, promises kept, peaks, and what comes."""

from __future__ import annotations

from datetime import date, datetime
from html import escape
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from callback.errors import InvalidInput, NotFound
from callback.forecasting.intervals import DAY, midnight
from callback.lines.line import Line
from callback.reporting.chart import Picture
from callback.reporting.chart_svg import draw_svg
from callback.reporting.chart_words import english
from callback.reporting.forecasts import counted_so_far, newest_forecast, rows_of_days
from callback.reporting.peaks import peaks_of
from callback.reporting.pictures import forecast_picture, peaks_picture, staffing_picture
from callback.reporting.punctuality import punctuality_report
from callback.reporting.service import service_report
from callback.reporting.staffing import needs_of, plan_for, planned_for, target_of
from callback.reporting.team import team_record, to_thank

LONGEST_DAYS = 92
SHEET = """body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;
color:#1d2522;background:#fff}table{border-collapse:collapse;margin:0 0 1.5rem}th,td{text-align:left;
padding:.3rem .8rem;border-bottom:1px solid #d5dbd7}td{text-align:right;font-variant-numeric:tabular-nums}
figure{margin:1.5rem 0}"""
FIGURES = {
    "calls": "calls",
    "answered": "answered",
    "abandoned": "abandoned",
    "promised": "took a callback",
    "average_speed_of_answer_seconds": "average speed of answer, seconds",
    "service_level": "service level",
}


async def period_report(
    session: AsyncSession, line: Line, last: date, days: int, now: datetime
) -> str:
    """Return the report on `days` local days up to `last` as HTML that needs nothing from elsewhere.

    Raises:
        InvalidInput: no such number of days, or days that are not over.

    """
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput("days", f"{days}; must be 1 to {LONGEST_DAYS}")
    since, until = midnight(last - (days - 1) * DAY, line.zone), midnight(last + DAY, line.zone)
    if until > now:
        raise InvalidInput("until", f"{last} is not over")
    service = await service_report(session, line, since, until)
    kept = await punctuality_report(session, line, since, until, now)
    thanked = to_thank(await team_record(session, line.id, since, until))
    rows = [(name, service[key]) for key, name in FIGURES.items()]
    rows += [("promises kept", kept["kept_share"]), ("promises decided", kept["decided"])]
    title = f"{line.name}: {last - (days - 1) * DAY} to {last}"
    parts = [f"<h1>{escape(title)}</h1>", _table(rows)]
    if thanked:
        parts.append("<h2>To thank</h2><ul>")
        parts += [
            f"<li>{escape(each.name)}: {each.kept} promises kept, {each.calls + each.callbacks} callers"
            " helped</li>"
            for each in thanked
        ]
        parts.append("</ul>")
    parts += [
        f"<figure>{draw_svg(each, alone=number == 0)}</figure>"
        for number, each in enumerate(await _pictures(session, line, now))
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{SHEET}</style></head><body>\n{body}\n</body></html>\n"
    )


async def _pictures(session: AsyncSession, line: Line, now: datetime) -> list[Picture]:
    """Return the pictures for which there is something to show."""
    words = english(line.zone)
    found: list[Picture] = []
    try:
        peaks = await peaks_of(session, line, now)
        found.append(peaks_picture("Calls an hour, last eight weeks", peaks.volume(), words))
        snapshot = await newest_forecast(session, line)
    except (InvalidInput, NotFound):
        return found
    rows = rows_of_days(snapshot.intervals(), line, 0, 7)
    counted = await counted_so_far(session, line, snapshot, now)
    minutes = snapshot.interval_minutes
    found.append(forecast_picture("Expected calls", rows, counted, line.zone, minutes, words))
    plan = plan_for(
        rows, snapshot.interval, target_of(line, snapshot), usual=snapshot.handle_seconds
    )
    planned = await planned_for(session, line, rows, snapshot.interval)
    found.append(staffing_picture("Agents", needs_of(plan, planned), line.zone, words))
    return found


def _table(rows: list[tuple[str, Any]]) -> str:
    cells = [
        f'<tr><th scope="row">{escape(name)}</th><td>{_text(value)}</td></tr>'
        for name, value in rows
    ]
    return f"<table>{''.join(cells)}</table>"


def _text(value: float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.1%}" if value <= 1 else f"{value:.1f}"
