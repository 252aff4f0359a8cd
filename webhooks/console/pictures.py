"""The pictures of the manager's pages: one function makes each, for the page and for its files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.errors import NotFound
from callback.keys import Role
from callback.lines.line import Line
from callback.reporting.chart import Picture
from callback.reporting.chart_files import picture_as
from callback.reporting.forecasts import (
    accuracy_by_lead,
    counted_so_far,
    newest_forecast,
    rows_of_days,
)
from callback.reporting.peaks import peaks_of
from callback.reporting.pictures import (
    accuracy_picture,
    forecast_picture,
    peaks_picture,
    staffing_picture,
)
from callback.reporting.staffing import needs_of, plan_for, planned_for, target_of
from webhooks.console.chart_wording import chart_words
from webhooks.console.line_choice import choose_line
from webhooks.console.pages import Pages
from webhooks.console.rendering import wording_of
from webhooks.console.wording import Wording
from webhooks.requests import Office

pages = Pages()

KINDS = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
# An image runs no script; its own colours are all that it may bring.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
First = Annotated[int, Query(ge=0, le=27)]
Days = Annotated[int, Query(ge=1, le=28)]


@dataclass(frozen=True)
class Look:
    """What is looked at: a line, and which of the days that were forecast."""

    line: Line
    first: int = 0
    days: int = 7


async def volume(session: AsyncSession, look: Look, t: Wording) -> Picture:
    """Return the calls by weekday and hour."""
    peaks = await peaks_of(session, look.line, t.now)
    return peaks_picture(t("charts.volume"), peaks.volume(), chart_words(t))


async def wait(session: AsyncSession, look: Look, t: Wording) -> Picture:
    """Return the mean wait by weekday and hour."""
    peaks = await peaks_of(session, look.line, t.now)
    return peaks_picture(t("charts.wait"), peaks.wait(), chart_words(t))


async def abandonment(session: AsyncSession, look: Look, t: Wording) -> Picture:
    """Return the share who hung up by weekday and hour."""
    peaks = await peaks_of(session, look.line, t.now)
    title = t("charts.abandoned")
    return peaks_picture(title, peaks.abandonment(), chart_words(t), percent=True)


async def forecast(session: AsyncSession, look: Look, t: Wording) -> Picture:
    """Return the forecast with its bands, and what came."""
    snapshot = await newest_forecast(session, look.line)
    rows = rows_of_days(snapshot.intervals(), look.line, look.first, look.days)
    counted = await counted_so_far(session, look.line, snapshot, t.now)
    title = t("forecast.title", line=look.line.name)
    words = chart_words(t)
    return forecast_picture(title, rows, counted, look.line.zone, snapshot.interval_minutes, words)


async def staffing(session: AsyncSession, look: Look, t: Wording) -> Picture:
    """Return agents needed beside those planned."""
    snapshot = await newest_forecast(session, look.line)
    rows = rows_of_days(snapshot.intervals(), look.line, look.first, look.days)
    plan = plan_for(
        rows, snapshot.interval, target_of(look.line, snapshot), usual=snapshot.handle_seconds
    )
    planned = await planned_for(session, look.line, rows, snapshot.interval)
    title = t("staffing.title", line=look.line.name)
    return staffing_picture(title, needs_of(plan, planned), look.line.zone, chart_words(t))


async def accuracy(session: AsyncSession, look: Look, t: Wording) -> Picture:
    """Return the error by how many days ahead."""
    leads = await accuracy_by_lead(session, look.line, t.now)
    return accuracy_picture(t("charts.error"), leads, chart_words(t))


PICTURES: dict[str, Callable[[AsyncSession, Look, Wording], Awaitable[Picture]]] = {
    "volume": volume,
    "wait": wait,
    "abandonment": abandonment,
    "forecast": forecast,
    "staffing": staffing,
    "accuracy": accuracy,
}


@pages.get("/pictures/{name}", who=Role.MANAGER)
async def picture_file(
    request: Request, office: Office, name: str, line: str = "", first: First = 0, days: Days = 7
) -> Response:
    """Return a picture as SVG or PNG, or the table behind it as CSV."""
    what, _, kind = name.partition(".")
    if what not in PICTURES or kind not in KINDS:
        raise NotFound("picture", name)
    async with office.database.reading() as session:
        chosen, _ = await choose_line(session, line)
        t = await wording_of(request, chosen.zone)
        picture = await PICTURES[what](session, Look(chosen, first, days), t)
    headers = {"Content-Security-Policy": POLICY, "Content-Disposition": f"inline; filename={name}"}
    return Response(await _drawn(picture, kind), media_type=KINDS[kind], headers=headers)


async def _drawn(picture: Picture, kind: str) -> bytes:
    """Return a picture as a file; PNG takes a library that is slow to load and to draw, so not in the loop."""
    if kind == "png":
        return await asyncio.to_thread(picture_as, picture, ".png")
    return picture_as(picture, f".{kind}")
