"""Reports by e-mail, through a real mail server: once for each line and period, tried again, given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select, update

from callback.clock import ManualClock
from callback.database import Database
from callback.errors import SetupError
from callback.lines.line import Line
from callback.mail import MailFailed, Postman
from callback.reporting.mailing import due_period, mail_reports, send_report
from callback.reporting.report_mail import AGAIN_AFTER, LEASE, ReportMail, key_of
from callback.settings import MailTls, ReportEvery
from tests.integration.office import Office, settings_of
from tests.mail_server import MailServer, mail_server
from tests.unit.builders import utc

# The clock of these tests stands at nine on Monday, 2 March 2026.
SUNDAY = date(2026, 3, 1)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server("callback", "s3cret") as there:
        yield there


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path, server: MailServer) -> Office:
    return Office(
        database,
        clock,
        tmp_path,
        mail_host="127.0.0.1",
        mail_port=server.port,
        mail_tls="off",
        mail_user="callback",
        mail_password="s3cret",
        mail_from="Callback <callback@example.com>",
        report_mail_to="ada@example.com, bea@example.com",
    )


async def old_line(office: Office) -> Line:
    return await office.line(created_at=office.clock.now() - timedelta(days=30))


async def row(office: Office) -> ReportMail:
    async with office.database.reading() as session:
        return (await session.exec(select(ReportMail))).one()


async def test_several_workers_send_one_report_a_week(office: Office, server: MailServer) -> None:
    await old_line(office)
    sent = await asyncio.gather(*(mail_reports(office.runtime) for _ in range(4)))
    assert sum(sent) == 1
    (message,) = server.messages
    assert message["Subject"] == "Support: 2026-02-23 to 2026-03-01"
    assert message["To"] == "ada@example.com, bea@example.com"
    (page,) = message.iter_attachments()
    assert page.get_content_type() == "text/html"
    assert page.get_filename() == "report-2026-03-01.html"
    assert "<h1>Support: 2026-02-23 to 2026-03-01</h1>" in page.get_content()
    office.clock.move_to(office.clock.now() + timedelta(days=6))
    assert await mail_reports(office.runtime) == 0
    office.clock.move_to(office.clock.now() + timedelta(days=1))
    assert await mail_reports(office.runtime) == 1
    assert len(server.messages) == 2


async def test_one_that_died_while_sending_is_followed_by_another(
    office: Office, server: MailServer
) -> None:
    line = await old_line(office)
    server.answers["DATA"] = "451 not now"
    assert await mail_reports(office.runtime) == 0
    async with office.database.transaction() as session:
        # As a worker leaves it that claimed and was killed.
        until = office.clock.now() + LEASE
        await session.exec(update(ReportMail).values(claimed_until=until, not_before=until - LEASE))
    server.answers.clear()
    key = key_of(line.id, SUNDAY, 7)
    assert not await send_report(office.runtime, key)
    office.clock.move_to(office.clock.now() + LEASE)
    assert await mail_reports(office.runtime) == 1
    assert (await row(office)).sent_at == office.clock.now()


async def test_a_report_whose_answer_was_lost_goes_out_under_the_same_name(
    office: Office, server: MailServer
) -> None:
    await old_line(office)
    server.hangs_up_after_data = True
    assert await mail_reports(office.runtime) == 0
    server.hangs_up_after_data = False
    office.clock.move_to(office.clock.now() + AGAIN_AFTER[0])
    assert await mail_reports(office.runtime) == 1
    first, second = server.messages
    assert first["Message-ID"] == second["Message-ID"]


async def test_what_the_server_does_not_take_is_tried_again_and_given_up(
    office: Office, server: MailServer
) -> None:
    await old_line(office)
    server.answers["MAIL"] = "550 not from you"
    for pause in AGAIN_AFTER:
        assert await mail_reports(office.runtime) == 0
        waiting = await row(office)
        assert waiting.not_before == office.clock.now() + pause
        assert "550" in waiting.trouble
        assert not waiting.over
        tried = len(server.said)
        await mail_reports(office.runtime)
        assert len(server.said) == tried
        office.clock.move_to(office.clock.now() + pause)
    assert await mail_reports(office.runtime) == 0
    assert (await row(office)).given_up_at == office.clock.now()
    server.answers.clear()
    office.clock.move_to(office.clock.now() + timedelta(days=1))
    assert await mail_reports(office.runtime) == 0


async def test_whom_the_server_refused_is_noted(office: Office, server: MailServer) -> None:
    await old_line(office)
    server.answers["RCPT TO:<BEA@"] = "550 nobody"
    assert await mail_reports(office.runtime) == 1
    assert (await row(office)).trouble == "refused: bea@example.com"


async def test_no_line_is_reported_on_for_days_before_it_was_there(
    office: Office, server: MailServer
) -> None:
    await office.line()
    assert await mail_reports(office.runtime) == 0
    assert server.messages == []


async def test_a_secret_is_not_told_in_clear_where_encryption_is_wanted(server: MailServer) -> None:
    postman = Postman("127.0.0.1", server.port, MailTls.STARTTLS, "callback", "s3cret")
    with pytest.raises(MailFailed):
        await postman.check()
    assert not any(line.upper().startswith("AUTH") for line in server.said)


async def test_the_server_is_tried_without_sending(server: MailServer) -> None:
    await Postman("127.0.0.1", server.port, MailTls.OFF, "callback", "s3cret").check()
    with pytest.raises(MailFailed, match="535") as failed:
        await Postman("127.0.0.1", server.port, MailTls.OFF, "callback", "wrong").check()
    assert "wrong" not in str(failed.value)
    assert server.messages == []
    with pytest.raises(MailFailed):
        await Postman("127.0.0.1", 1, MailTls.OFF).check()


async def test_without_sender_or_recipients_nothing_is_claimed(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    office = Office(database, clock, tmp_path, mail_host="127.0.0.1")
    with pytest.raises(SetupError):
        await mail_reports(office.runtime)
    none = Office(database, clock, tmp_path)
    await old_line(none)
    assert await mail_reports(none.runtime) == 0
    async with database.reading() as session:
        assert (await session.exec(select(col(ReportMail.key)))).all() == []


@pytest.mark.parametrize(
    ("every", "hour", "period"),
    [
        (ReportEvery.DAILY, 6, (date(2026, 3, 3), 1)),
        (ReportEvery.DAILY, 5, (date(2026, 3, 2), 1)),
        (ReportEvery.WEEKLY, 6, (SUNDAY, 7)),
    ],
)
def test_a_report_is_due_at_six_in_the_morning_of_its_line(
    every: ReportEvery, hour: int, period: tuple[date, int]
) -> None:
    line = Line(id="1", name="A", time_zone="UTC", country="US", created_at=utc(2026, 1, 1))
    assert due_period(line, every, utc(2026, 3, 4, hour)) == period


def test_before_six_on_monday_the_week_before_is_the_last_one() -> None:
    line = Line(id="1", name="A", time_zone="UTC", country="US", created_at=utc(2026, 1, 1))
    assert due_period(line, ReportEvery.WEEKLY, utc(2026, 3, 2, 5)) == (date(2026, 2, 22), 7)


def test_recipients_are_a_list_with_commas(tmp_path: Path) -> None:
    assert settings_of(tmp_path, report_mail_to="a@b.c, d@e.f").report_mail_to == ("a@b.c", "d@e.f")
