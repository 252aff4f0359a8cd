"""The supervisor's pages in a real browser: live figures, the sound of danger, many changed at once; axe."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from callback.agents.presence import AgentStatus
from callback.dialing.leg import LegRole, LegStatus
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.keys import Role
from callback.lines.line import Line
from callback.people.members import create_user
from callback.people.session import open_session
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from tests.browser.caller_site import caller_site
from tests.browser.conftest import picture, violations
from tests.integration.office import Office


class Desk:
    """A supervisor at her browser, and the office behind it."""

    def __init__(self, office: Office, address: str, page: Page) -> None:
        self.office = office
        self.address = address
        self.page = page

    async def sign_in(self, role: Role) -> None:
        own = await self.office.agent(
            await self.office.line(name="Back office", number="+14155550109"),
            9,
            name="Sue",
            status=AgentStatus.AWAY,
        )
        async with self.office.runtime.work() as work:
            user = await create_user(work, "sue@example.com", "Sue", role, agent_id=own.id)
            _, secret = open_session(work.session, user, work.now)
        await self.page.context.add_cookies(
            [{"name": "callback", "value": secret, "url": self.address}]
        )

    async def open(self, path: str) -> None:
        await self.page.goto(self.address + path)

    async def look(self, name: str) -> None:
        """Judge the page by axe in light and dark, and see that nothing hangs over at 320 px."""
        for scheme in ("dark", "light"):
            await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert await violations(self.page) == []
        await picture(self.page, name)
        size = self.page.viewport_size
        await self.page.set_viewport_size({"width": 320, "height": 900})
        width = await self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, f"{name} is {width} px wide"
        if size is not None:
            await self.page.set_viewport_size(size)


@pytest.fixture
async def desk(tmp_path: Path, page: Page) -> AsyncIterator[Desk]:
    async with caller_site(tmp_path) as (office, address):
        there = Desk(office, address, page)
        await there.sign_in(Role.SUPERVISOR)
        yield there
        await page.close()


async def busy_line(office: Office) -> tuple[Line, list[Callback]]:
    line = await office.line(name="Support")
    talking = await office.agent(line, 1, name="Ada", status=AgentStatus.BUSY)
    await office.agent(line, 2, name="Bea")
    await office.caller(line)
    owed = [await office.owed(line, number) for number in range(3)]
    talked_of = await office.owed(line, 7, status=CallbackStatus.CONNECTED, promise_kept=True)
    talk = await office.reserved(talking, ReservationStatus.CONNECTED, talked_of)
    await office.leg(talk, LegRole.AGENT, talking.endpoint, LegStatus.ANSWERED)
    async with office.database.transaction() as session:
        (await session.get_one(Reservation, talk.id)).connected_at = office.clock.now()
    return line, owed


async def test_board_shows_lines_live_and_sounds_when_a_promise_comes_into_danger(
    desk: Desk,
) -> None:
    line, owed = await busy_line(desk.office)
    await desk.open("/board")
    page = desk.page
    await expect(page.get_by_role("heading", name="Support")).to_be_visible()
    await expect(page.locator("[data-danger]")).to_be_hidden()
    await desk.look("board")
    await page.get_by_role("button", name="Sound on danger").click()
    assert await page.evaluate("document.body.dataset.beeped") == "1"
    desk.office.clock.move_to(owed[0].promised_until - timedelta(minutes=2))
    async with desk.office.runtime.work() as work:
        (await work.session.get_one(Line, line.id)).paused = True
    await expect(page.get_by_text("3 in danger")).to_be_visible()
    await expect(page.locator("[data-danger] li")).to_have_count(3)
    await page.wait_for_function("document.body.dataset.beeped === '2'")
    await expect(page.get_by_text("paused", exact=True)).to_be_visible()
    await desk.look("board-danger")
    await page.get_by_role("button", name="Listen Ada").click()
    await expect(page.get_by_role("button", name="Leave")).to_be_visible()
    await page.get_by_role("link", name="Big screen").click()
    await expect(page.get_by_text("3 in danger")).to_be_visible()
    await desk.look("wall")


async def test_supervisor_finds_a_callback_and_moves_it_and_cancels_many(desk: Desk) -> None:
    _, owed = await busy_line(desk.office)
    page = desk.page
    await desk.open("/callbacks")
    await desk.look("callbacks")
    await page.keyboard.press("/")
    await page.keyboard.type("2001")
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("link", name="+14155552001").click()
    await expect(page.get_by_role("heading", name="+14155552001")).to_be_visible()
    await desk.look("callback")
    await page.get_by_label("Move to the first room from").fill("2026-03-02T22:20")
    await page.get_by_role("button", name="Move", exact=True).click()
    await expect(page.get_by_text("Another time was promised")).to_be_visible()
    async with desk.office.database.reading() as session:
        moved = await session.get_one(Callback, owed[1].id)
    assert moved.promised_from.isoformat() == "2026-03-02T22:30:00+00:00"
    await desk.open("/callbacks?status=waiting")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.get_by_label("Tick all").check()
    await page.get_by_role("button", name="Cancel and tell by text").click()
    await expect(page.get_by_text("No callback matches this.")).to_be_visible()


async def test_a_change_made_elsewhere_is_seen_at_once_and_ticks_are_kept(desk: Desk) -> None:
    line, owed = await busy_line(desk.office)
    page = desk.page
    await desk.open("/callbacks")
    await expect(page.locator("tbody tr")).to_have_count(4)
    async with desk.office.runtime.work() as work:
        (await work.session.get_one(Callback, owed[0].id)).reason = "A changed mind"
    await expect(page.get_by_text("A changed mind")).to_be_visible(timeout=5000)
    await page.get_by_label("Tick +14155552001").check()
    async with desk.office.runtime.work() as work:
        (await work.session.get_one(Callback, owed[2].id)).reason = "Another"
    await page.wait_for_timeout(1500)
    assert await page.get_by_label("Tick +14155552001").is_checked()
    assert line.name == "Support"


async def test_line_settings_show_mistakes_and_what_callers_will_hear(
    tmp_path: Path, page: Page
) -> None:
    async with caller_site(tmp_path) as (office, address):
        desk = Desk(office, address, page)
        await desk.sign_in(Role.ADMIN)
        await desk.open("/lines")
        await desk.look("lines")
        await page.get_by_role("link", name="Back office").click()
        await desk.look("line")
        await page.get_by_label("Ring a person for seconds").fill("soon")
        await page.get_by_role("button", name="Publish").click()
        await expect(page.get_by_role("alert")).to_contain_text("Ring a person for seconds")
        await desk.look("line-wrong")
        await page.get_by_label("Ring a person for seconds").fill("30")
        await page.get_by_label("Reasons to choose from").fill("My bill\nA fault")
        await page.get_by_role("button", name="Keep as a draft").click()
        await expect(page.get_by_text("Callers do not hear it yet.")).to_be_visible()
        await expect(page.get_by_text("Press 1 to speak about My bill.")).to_be_visible()
        await page.get_by_role("button", name="Publish").click()
        await expect(page.get_by_text("Callers do not hear it yet.")).to_be_hidden()
        await expect(page.locator("section", has_text="History of changes").last).to_contain_text(
            "30"
        )
        await page.close()


async def test_set_up_says_what_is_missing(tmp_path: Path, page: Page) -> None:
    async with caller_site(tmp_path) as (office, address):
        desk = Desk(office, address, page)
        await desk.sign_in(Role.ADMIN)
        await desk.open("/setup")
        said = page.get_by_text("This telephone company tells no numbers.")
        await expect(said.first).to_be_visible()
        await desk.look("setup")
        await page.close()
