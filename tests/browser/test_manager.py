"""The manager's pages in a real browser: axe in light and dark, 320 px, a slider, a chart saved as PNG."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from callback.agents.shift import PlannedShift, replace_plan
from callback.calls.nightly_forecast import keep_forecast
from callback.forecasting.intervals import midnight
from callback.keys import Role
from tests.browser.caller_site import caller_site
from tests.browser.test_board import Desk
from tests.integration.past import remember


@pytest.fixture
async def desk(tmp_path: Path, page: Page) -> AsyncIterator[Desk]:
    """A manager at her browser, a line with a past, a forecast and a plan for today."""
    async with caller_site(tmp_path) as (office, address):
        line = await office.line(name="A line")
        now = office.clock.now()
        await remember(office.database, line, now)
        await keep_forecast(office.database, line, now)
        eight = midnight(now.date(), line.zone) + timedelta(hours=8)
        async with office.runtime.work() as work:
            await replace_plan(work, line, [PlannedShift(eight, eight + timedelta(hours=10), 5)])
        there = Desk(office, address, page)
        await there.sign_in(Role.MANAGER)
        yield there
        await page.close()


@pytest.mark.parametrize(
    "name", ["peaks", "forecast", "staffing", "punctuality", "team", "imports"]
)
async def test_every_page_can_be_read_by_everybody(desk: Desk, name: str) -> None:
    await desk.open(f"/{name}")
    await expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
    for details in await desk.page.locator("summary").all():
        await details.click()
    await desk.look(name)


async def test_a_slider_changes_the_answer_without_leaving_the_page(desk: Desk) -> None:
    page = desk.page
    await desk.open("/staffing")
    answer = page.locator("[data-part=answer]")
    before = await answer.inner_text()
    slider = page.get_by_label("Agents more or fewer than planned")
    await slider.focus()
    for _ in range(4):
        await page.keyboard.press("ArrowLeft")
    await expect(page.locator("output[for=extra]")).to_have_text("-4")
    await page.wait_for_url("**extra=-4**")
    assert await answer.inner_text() != before


async def test_a_chart_is_saved_as_png_without_scripts(desk: Desk, tmp_path: Path) -> None:
    browser = desk.page.context.browser
    assert browser is not None
    plain = await browser.new_context(java_script_enabled=False)
    await plain.add_cookies(await desk.page.context.cookies())  # type: ignore[arg-type]
    page = await plain.new_page()
    await page.goto(f"{desk.address}/peaks")
    async with page.expect_download() as saving:
        await page.locator("#picture-volume").get_by_role("link", name="PNG").click()
    saved = tmp_path / "volume.png"
    await (await saving.value).save_as(saved)
    assert saved.read_bytes().startswith(b"\x89PNG")
    assert saved.stat().st_size > 5_000
    await plain.close()


async def test_a_call_log_is_uploaded_and_its_report_can_be_read_by_everybody(
    desk: Desk, tmp_path: Path
) -> None:
    page = desk.page
    log = tmp_path / "log.csv"
    log.write_text("arrived_at,caller\n2020-03-02 08:00:00,+493012345678\nnever,\n")
    await desk.open("/imports")
    await page.get_by_label("File").set_input_files(log)
    await page.get_by_role("button", name="Import").click()
    await expect(page.get_by_text("done", exact=True)).to_be_visible()
    await page.get_by_text("Rejected rows and why").click()
    await expect(page.get_by_role("rowheader", name="3")).to_be_visible()
    await desk.look("imports-done")
