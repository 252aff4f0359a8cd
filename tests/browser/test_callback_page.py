"""A callback's page in a real browser: on a narrow phone, without scripts, by keyboard, and for everybody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from callback.promises.callback import Callback, CallbackKind
from callback.promises.lifecycle import CallbackStatus
from tests.browser.caller_site import caller_site
from tests.browser.conftest import picture, violations
from tests.integration.office import Office


async def owed_at_three(office: Office, **more: object) -> tuple[Callback, str]:
    """A callback for three hours from now, and the address of its page."""
    line = await office.line(time_zone="America/Los_Angeles")
    start = office.clock.now() + timedelta(hours=3)
    given: dict[str, object] = {
        "kind": CallbackKind.SCHEDULED,
        "status": CallbackStatus.SCHEDULED,
        "promised_from": start,
        "promised_until": start + timedelta(minutes=15),
        "due_at": start,
    }
    owed = await office.owed(line, **given | more)
    address = office.runtime.links.page(owed.id, start + timedelta(days=1), 0)
    assert address is not None
    return owed, address


async def narrow(browser: Browser, *, scripts: bool = False) -> Page:
    context = await browser.new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=scripts
    )
    return await context.new_page()


async def test_a_callback_is_moved_and_canceled_without_scripts(
    browser: Browser, tmp_path: Path
) -> None:
    async with caller_site(tmp_path) as (office, _):
        owed, address = await owed_at_three(office)
        page = await narrow(browser)
        await page.goto(address)
        await expect(page.locator(".promise")).to_have_text(
            "We will call you today between 3:00 PM and 3:15 PM."
        )
        await page.get_by_label("today between 12:15 PM and 12:30 PM").check()
        await page.get_by_role("button", name="Call me then instead").click()
        await expect(page.get_by_role("status")).to_have_text("Done. This is what we promise now.")
        await expect(page.locator(".promise")).to_have_text(
            "We will call you today between 12:15 PM and 12:30 PM."
        )
        await page.get_by_role("button", name="Cancel the call").click()
        await expect(page.get_by_role("status")).to_have_text("The call is canceled.")
        await expect(page.get_by_role("button")).to_have_count(0)
        found = await office.again(owed)
        assert isinstance(found, Callback)
        assert found.status is CallbackStatus.CANCELED
        await page.context.close()


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "fil"])
async def test_the_page_is_for_everybody_and_fits_the_narrowest_phone(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    async with caller_site(tmp_path) as (office, _):
        _, address = await owed_at_three(office, language=language)
        page = await narrow(browser, scripts=True)
        await page.goto(address)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert await violations(page) == []
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320
        await picture(page, f"callback-{language}")
        await page.context.close()


async def test_the_keyboard_reaches_everything(browser: Browser, tmp_path: Path) -> None:
    async with caller_site(tmp_path) as (office, _):
        _, address = await owed_at_three(office)
        page = await narrow(browser)
        await page.goto(address)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_be_visible()
        await page.context.close()


async def test_a_page_that_leads_nowhere_is_for_everybody_too(
    browser: Browser, tmp_path: Path
) -> None:
    async with caller_site(tmp_path) as (_, address):
        page = await narrow(browser, scripts=True)
        await page.goto(f"{address}/c/nothing")
        await expect(page.get_by_role("alert")).to_contain_text("The link is not complete.")
        assert await violations(page) == []
        await page.context.close()
