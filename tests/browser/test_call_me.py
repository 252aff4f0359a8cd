"""The form on a web site in a real browser: inside the company's page, without scripts, for everybody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, expect
from sqlmodel import select

from callback.messages.message import Message
from callback.messages.outbox import send_text
from callback.promises.callback import Callback
from tests.browser.caller_site import caller_site
from tests.browser.conftest import picture, violations
from tests.integration.office import Office
from tests.ports import free_port


@asynccontextmanager
async def shop(form: str, port: int) -> AsyncIterator[str]:
    """A page of the company's that shows the form inside itself."""

    async def page(_: web.Request) -> web.Response:
        html = f'<title>Shop</title><iframe title="Call me" src="{form}" width="320" height="900">'
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()


async def code_for(office: Office) -> str:
    async with office.database.reading() as session:
        (message,) = (await session.exec(select(Message))).all()
    await send_text(office.runtime, message.id)
    found = re.search(r"\b\d{6}\b", office.telephony.texts[-1].body)
    assert found is not None
    return found[0]


async def test_somebody_asks_on_the_companys_page_and_is_owed_a_call(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    async with caller_site(tmp_path) as (office, address):
        line = await office.line(
            slug="support",
            embed_origins=[f"http://127.0.0.1:{port}"],
            time_zone="America/Los_Angeles",
        )
        await office.agent(line)
        context = await browser.new_context(
            java_script_enabled=False, viewport={"width": 400, "height": 1000}
        )
        page = await context.new_page()
        async with shop(f"{address}/lines/support/call-me", port) as front:
            await page.goto(front)
            form = page.frame_locator("iframe")
            await form.get_by_label("today between 12:15 PM").check()
            await form.get_by_label("Your telephone number").fill("415 555 0111")
            await form.get_by_role("button", name="Text me a code").click()
            await expect(form.get_by_label("The code of six digits")).to_be_visible()
            await form.get_by_label("The code of six digits").fill(await code_for(office))
            await form.get_by_role("button", name="Call me").click()
            await expect(form.get_by_role("status")).to_contain_text("You have our word.")
        async with office.database.reading() as session:
            (owed,) = (await session.exec(select(Callback))).all()
        assert owed.phone_number == "+14155550111"
        await context.close()


async def test_a_page_that_is_not_the_companys_cannot_frame_the_form(
    browser: Browser, tmp_path: Path
) -> None:
    async with caller_site(tmp_path) as (office, address):
        await office.line(slug="support", embed_origins=["https://shop.example"])
        page = await browser.new_page()
        async with shop(f"{address}/lines/support/call-me", free_port()) as front:
            await page.goto(front)
            await expect(page.frame_locator("iframe").get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "fil"])
async def test_the_form_is_for_everybody_and_fits_the_narrowest_phone(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    async with caller_site(tmp_path) as (office, address):
        line = await office.line(slug="support", languages=["en", "es", "fr", "de", "fil"])
        await office.agent(line)
        page = await browser.new_page(viewport={"width": 320, "height": 640})
        form = f"{address}/lines/support/call-me?language={language}"
        await page.goto(form)
        for step in ("form", "code"):
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                assert await violations(page) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320
            await picture(page, f"call-me-{step}-{language}")
            if step == "form":
                await page.locator("#number").fill("415 555 0111")
                await page.get_by_role("button").click()
                await expect(page.locator("#code")).to_be_visible()
