"""The set-up page in a real browser: axe in light and dark, 320 px, and a test call followed as it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from callback.audit import COMMAND_LINE, AuditEvent, write_down
from callback.dialing.leg import LegOutcome
from callback.dialing.trial_call import TrialCall
from callback.dialing.trying_out import place_trial
from callback.keys import Role
from tests.browser.caller_site import caller_site
from tests.browser.test_board import Desk


@pytest.fixture
async def desk(tmp_path: Path, page: Page) -> AsyncIterator[Desk]:
    async with caller_site(tmp_path) as (office, address):
        there = Desk(office, address, page)
        await there.sign_in(Role.ADMIN)
        yield there
        await page.close()


async def test_a_test_call_is_asked_for_and_followed_on_the_page(desk: Desk) -> None:
    page, office = desk.page, desk.office
    await desk.open("/setup")
    for details in await page.locator("summary").all():
        await details.click()
    await desk.look("setup-steps")
    number = page.get_by_label("Number of your phone")
    await expect(number).to_have_value("+14155550209")
    await number.fill("(415) 555-0111")
    await page.get_by_role("button", name="Call me now").click()
    await expect(page.get_by_text("waits for a worker")).to_be_visible()
    wake, _ = office.jobs.wishes[-1]
    assert await place_trial(office.runtime, wake.subject_id)
    await expect(page.get_by_text("is being placed")).to_be_visible()
    async with office.runtime.work() as work:
        trial = await work.session.get_one(TrialCall, wake.subject_id)
        trial.answer(work.now)
        trial.confirmed_at = work.now
        trial.end(work.now, LegOutcome.COMPLETED)
    await expect(page.get_by_text("works: answered, key pressed")).to_be_visible()
    await desk.look("setup-called")


async def test_who_changed_what_can_be_read_by_everybody(desk: Desk) -> None:
    owed = await desk.office.owed(await desk.office.line())
    async with desk.office.runtime.work() as work:
        write_down(work.session, work.now, "Sue", AuditEvent.CALLBACK_CANCELED, owed.id)
        write_down(work.session, work.now, COMMAND_LINE, AuditEvent.KEY_CREATED, "shop", "agent")
    await desk.open("/audit")
    await expect(desk.page.get_by_text("made an API key")).to_be_visible()
    await desk.look("audit")
    await desk.page.get_by_role("link", name="a callback").click()
    await expect(desk.page.get_by_role("button", name="Revoke the link")).to_be_visible()
    await desk.look("callback-links")
