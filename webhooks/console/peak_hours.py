"""The manager's pages: peak hours, forecast, staffing with what-if, punctuality and the team."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.errors import InvalidInput, NotFound
from callback.keys import Role
from callback.lines.line import Line
from callback.reporting.chart import Picture
from callback.reporting.chart_svg import draw_svg
from callback.reporting.forecasts import accuracy_by_lead, newest_forecast, rows_of_days
from callback.reporting.mailing import newest_mails
from callback.reporting.peaks import peaks_of
from callback.reporting.pictures import staffing_picture
from callback.reporting.punctuality import punctuality_report
from callback.reporting.staffing import planned_for, target_of
from callback.reporting.team import team_record, to_thank
from callback.reporting.what_if import Wish, answer_wish, with_target
from webhooks.console.chart_wording import chart_words, weekday_name
from webhooks.console.line_choice import choose_line
from webhooks.console.pages import Pages
from webhooks.console.pictures import PICTURES, Days, First, Look
from webhooks.console.rendering import page, wording_of
from webhooks.requests import Office

pages = Pages()

SHOWN_MAILS = 8
Share = Annotated[float | None, Query(ge=0.5, le=0.99)]
Seconds = Annotated[float | None, Query(ge=0, le=3_600)]
WEEK = timedelta(days=7)


class Drawn:
    """A picture as a page shows it: the drawing, the table behind, and where its files are."""

    def __init__(self, name: str, picture: Picture, look: Look) -> None:
        self.name = name
        self.title = picture.title
        self.svg = draw_svg(picture)
        self.headers, self.rows = picture.table()
        self.query = f"line={look.line.id}&first={look.first}&days={look.days}"


async def _drawn(request: Request, session: AsyncSession, look: Look, *names: str) -> list[Drawn]:
    t = await wording_of(request, look.line.zone)
    return [Drawn(name, await PICTURES[name](session, look, t), look) for name in names]


@pages.get("/peaks", who=Role.MANAGER)
async def peaks(request: Request, office: Office, line: str = "") -> Response:
    """Show when people call, how long they wait and how many hang up."""
    async with office.database.reading() as session:
        chosen, lines = await choose_line(session, line)
        t = await wording_of(request, chosen.zone)
        try:
            record = await peaks_of(session, chosen, t.now)
        except InvalidInput:
            return await _nothing_yet(request, chosen, lines)
        drawn = await _drawn(request, session, Look(chosen), "volume", "wait", "abandonment")
    return await page(
        request,
        "peaks.html",
        zone=chosen.zone,
        line=chosen,
        lines=lines,
        pictures=drawn,
        busiest=[(weekday_name(t, day), hour, value) for day, hour, value in record.busiest()],
        best=[(weekday_name(t, day), hour, value) for day, hour, value in record.quietest()],
    )


@pages.get("/forecast", who=Role.MANAGER)
async def forecast(
    request: Request, office: Office, line: str = "", first: First = 0, days: Days = 7
) -> Response:
    """Show the newest forecast beside what came, and how forecasts have done."""
    async with office.database.reading() as session:
        chosen, lines = await choose_line(session, line)
        try:
            snapshot = await newest_forecast(session, chosen)
        except NotFound:
            return await _nothing_yet(request, chosen, lines)
        look = Look(chosen, first, days)
        drawn = await _drawn(request, session, look, "forecast")
        leads = await accuracy_by_lead(session, chosen, office.clock.now())
        if leads:
            drawn += await _drawn(request, session, look, "accuracy")
    return await page(
        request,
        "forecast.html",
        zone=chosen.zone,
        line=chosen,
        lines=lines,
        look=look,
        snapshot=snapshot,
        pictures=drawn,
        leads=leads,
    )


@pages.get("/staffing", who=Role.MANAGER)
async def staffing(
    request: Request,
    office: Office,
    line: str = "",
    first: First = 0,
    days: Days = 1,
    share: Share = None,
    seconds: Seconds = None,
    handle: Annotated[float | None, Query(ge=10, le=7_200)] = None,
    shrinkage: Annotated[float | None, Query(ge=0, le=0.6)] = None,
    extra: Annotated[int, Query(ge=-500, le=500)] = 0,
    offer_after: Seconds = None,
    quantile: Literal["mean", "q50", "q75", "q90"] = "mean",
) -> Response:
    """Show agents needed beside those planned, and what would be with other figures."""
    async with office.database.reading() as session:
        chosen, lines = await choose_line(session, line)
        try:
            snapshot = await newest_forecast(session, chosen)
        except NotFound:
            return await _nothing_yet(request, chosen, lines)
        rows = rows_of_days(snapshot.intervals(), chosen, first, days)
        planned = await planned_for(session, chosen, rows, snapshot.interval)
    target = with_target(
        target_of(chosen, snapshot),
        share=share,
        seconds=seconds,
        handle_seconds=handle,
        shrinkage=shrinkage,
    )
    if offer_after is None:
        offer_after = float(chosen.offer_after_seconds or 0)
    wish = Wish(target, extra, offer_after, quantile, snapshot.handle_seconds)
    answer = answer_wish(rows, planned, snapshot.interval, wish)
    t = await wording_of(request, chosen.zone)
    title = t("staffing.title", line=chosen.name)
    picture = staffing_picture(title, answer.needs, chosen.zone, chart_words(t))
    look = Look(chosen, first, days)
    return await page(
        request,
        "staffing.html",
        zone=chosen.zone,
        line=chosen,
        lines=lines,
        look=look,
        wish=wish,
        answer=answer,
        quantiles=("mean", "q50", "q75", "q90"),
        pictures=[Drawn("staffing", picture, look)],
    )


@pages.get("/punctuality", who=Role.MANAGER)
async def punctuality(request: Request, office: Office, line: str = "") -> Response:
    """Show whether promises were kept, day by day, over the last eight weeks."""
    now = office.clock.now()
    async with office.database.reading() as session:
        chosen, lines = await choose_line(session, line)
        report = await punctuality_report(session, chosen, now - 8 * WEEK, None, now)
        mails = await newest_mails(session, chosen.id, SHOWN_MAILS)
    return await page(
        request,
        "punctuality.html",
        zone=chosen.zone,
        line=chosen,
        lines=lines,
        report=report,
        mails=mails,
        mailed=bool(office.settings.mail_host),
        mail_to=office.settings.report_mail_to,
    )


@pages.get("/team", who=Role.MANAGER)
async def team(
    request: Request,
    office: Office,
    line: str = "",
    back: Annotated[int, Query(ge=0, le=52)] = 0,
) -> Response:
    """Show how agents did in a week, and whom to thank; `back` counts weeks before the last seven days."""
    until = office.clock.now() - back * WEEK
    async with office.database.reading() as session:
        chosen, lines = await choose_line(session, line)
        records = await team_record(session, chosen.id, until - WEEK, until)
    return await page(
        request,
        "team.html",
        zone=chosen.zone,
        line=chosen,
        lines=lines,
        records=records,
        thanked=to_thank(records),
        since=until - WEEK,
        until=until,
        back=back,
    )


async def _nothing_yet(request: Request, line: Line, lines: list[Line]) -> Response:
    return await page(request, "nothing_yet.html", zone=line.zone, line=line, lines=lines)
