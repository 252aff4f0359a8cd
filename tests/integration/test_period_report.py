"""A line's week as one page."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest

from callback.calls.nightly_forecast import keep_forecast
from callback.clock import ManualClock
from callback.database import Database
from callback.errors import InvalidInput
from callback.reporting.period_report import period_report
from tests.integration.office import Office
from tests.integration.past import remember


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path)


async def test_a_week_is_told_in_one_page_that_needs_nothing_from_elsewhere(office: Office) -> None:
    line = await office.line(name="Bills & <more>")
    now = office.clock.now()
    await remember(office.database, line, now)
    await keep_forecast(office.database, line, now)
    yesterday = now.date() - timedelta(days=1)
    async with office.database.reading() as session:
        text = await period_report(session, line, yesterday, 7, now)
    assert "Bills &amp; &lt;more&gt;: 2026-02-23 to 2026-03-01" in text
    assert '<th scope="row">calls</th><td>1,000</td>' in text
    assert '<th scope="row">service level</th><td>100.0%</td>' in text
    assert text.count("<figure>") == 3
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    ET.fromstring(text.partition("\n")[2].replace('<meta charset="utf-8">', ""))  # noqa: S314 - our own page


async def test_a_line_without_calls_has_a_report_without_pictures(office: Office) -> None:
    line = await office.line()
    now = office.clock.now()
    async with office.database.reading() as session:
        text = await period_report(session, line, now.date() - timedelta(days=1), 1, now)
    assert "<figure>" not in text
    assert '<th scope="row">calls</th><td>0</td>' in text


@pytest.mark.parametrize(("back", "days"), [(0, 1), (1, 0), (1, 93)])
async def test_days_that_are_not_over_or_too_many_are_refused(
    office: Office, back: int, days: int
) -> None:
    line = await office.line()
    now = office.clock.now()
    async with office.database.reading() as session:
        with pytest.raises(InvalidInput):
            await period_report(session, line, now.date() - timedelta(days=back), days, now)
