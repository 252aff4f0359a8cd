"""Use case: e-mail each line's report once a day or week. Claim, commit, send, record.

A worker that dies while it sends leaves a claim that runs out; another then sends again, under the same
Message-ID, so that whoever got both sees one. That no report comes would be worse.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from sqlalchemy import CursorResult
from sqlmodel import col, delete, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.forecasting.intervals import DAY, midnight
from callback.inserting import insert_once
from callback.lines.line import Line
from callback.mail import MailFailed, postman_of
from callback.reporting.period_report import period_report
from callback.reporting.report_mail import KEPT_FOR, LEASE, ReportMail, key_of
from callback.runtime import Runtime
from callback.settings import ReportEvery

log = logging.getLogger(__name__)

MORNING = time(6)
"""When reports go out, on each line's own clock: what came in late in the night is counted by then."""


def due_period(line: Line, every: ReportEvery, now: datetime) -> tuple[date, int] | None:
    """Return the last day and the length of the period whose report is due; None if there is none.

    A week ends on Sunday. A line that was made within a period gets its first report on the next.
    """
    local = now.astimezone(line.zone)
    last = local.date() - DAY if local.time() >= MORNING else local.date() - 2 * DAY
    days = 1
    if every == ReportEvery.WEEKLY:
        last -= timedelta(days=(last.weekday() + 1) % 7)
        days = 7
    begun = midnight(last - (days - 1) * DAY, line.zone)
    return (last, days) if line.created_at <= begun else None


async def mail_reports(runtime: Runtime) -> int:
    """Send every report that is due and not sent; return how many were.

    Raises:
        SetupError: the settings of e-mail are not complete.

    """
    if postman_of(runtime.settings) is None:
        return 0
    sent = 0
    for key in await _owed(runtime):
        try:
            sent += await send_report(runtime, key)
        except Exception:
            log.exception("report %s was not sent; its claim runs out", key)
    return sent


async def _owed(runtime: Runtime) -> list[str]:
    every = runtime.settings.report_mail_every
    async with runtime.work() as work:
        for line in (await work.session.exec(select(Line).order_by(col(Line.id)))).all():
            period = due_period(line, every, work.now)
            if period is not None:
                await _owe(work.session, line.id, *period, work.now)
        await work.session.exec(
            delete(ReportMail).where(col(ReportMail.created_at) < work.now - KEPT_FOR)
        )
        found = await work.session.exec(
            select(ReportMail.key)
            .where(
                col(ReportMail.sent_at).is_(None),
                col(ReportMail.given_up_at).is_(None),
                col(ReportMail.not_before) <= work.now,
            )
            .order_by(col(ReportMail.created_at), col(ReportMail.key))
        )
        return list(found.all())


async def _owe(session: AsyncSession, line_id: str, last: date, days: int, now: datetime) -> None:
    await insert_once(
        session, ReportMail, key=key_of(line_id, last, days), line_id=line_id, last=last, days=days,
        created_at=now, not_before=now, attempts=0, trouble="",
    )  # fmt: skip


async def send_report(runtime: Runtime, key: str) -> bool:
    """Send one report, if nobody else does; tell whether the mail server took it."""
    postman = postman_of(runtime.settings)
    async with runtime.work() as work:
        claimed: CursorResult[tuple[()]] = await work.session.exec(
            update(ReportMail)
            .where(
                col(ReportMail.key) == key,
                col(ReportMail.sent_at).is_(None),
                col(ReportMail.given_up_at).is_(None),
                col(ReportMail.not_before) <= work.now,
                or_(
                    col(ReportMail.claimed_until).is_(None),
                    col(ReportMail.claimed_until) <= work.now,
                ),
            )
            .values(claimed_until=work.now + LEASE, attempts=col(ReportMail.attempts) + 1)
        )
    if postman is None or claimed.rowcount != 1:
        return False
    message = await _message(runtime, key)
    try:
        refused = await postman.send(message)
    except MailFailed as error:
        log.warning("report %s was not sent: %s", key, error)
        async with runtime.work() as work:
            row = await work.session.get_one(ReportMail, key, with_for_update=True)
            row.failed(work.now, str(error))
        return False
    async with runtime.work() as work:
        row = await work.session.get_one(ReportMail, key, with_for_update=True)
        row.sent_at, row.claimed_until = work.now, None
        row.trouble = f"refused: {', '.join(refused)}"[:200] if refused else ""
    return True


async def _message(runtime: Runtime, key: str) -> EmailMessage:
    async with runtime.database.reading() as session:
        row = await session.get_one(ReportMail, key)
        line = await session.get_one(Line, row.line_id)
        page = await period_report(session, line, row.last, row.days, runtime.clock.now())
    settings = runtime.settings
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"
    period = f"{row.last - (row.days - 1) * DAY} to {row.last}" if row.days > 1 else f"{row.last}"
    message = EmailMessage()
    message["Subject"] = " ".join(f"{line.name}: {period}".split())
    message["From"] = settings.mail_from
    message["To"] = ", ".join(settings.report_mail_to)
    message["Date"] = format_datetime(runtime.clock.now())
    message["Message-ID"] = f"<report.{key.replace(':', '.')}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"How {line.name} did ({period}), and what comes: see the attached page.\n"
        f"\n{settings.public_base_url}/punctuality\n"
    )
    message.add_attachment(page, subtype="html", filename=f"report-{row.last}.html")
    return message


async def newest_mails(session: AsyncSession, line_id: str, most: int) -> list[ReportMail]:
    """Return the latest e-mails of a line, the newest first."""
    found = await session.exec(
        select(ReportMail)
        .where(col(ReportMail.line_id) == line_id)
        .order_by(col(ReportMail.created_at).desc(), col(ReportMail.key))
        .limit(most)
    )
    return list(found.all())
