"""A real Chromium, where the machine has one; in CI there must be one."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PICTURES = Path("build") / "screenshots"
# How long a page may take on a machine that does other things too; nothing here measures speed.
WAITING_MS = 20_000
expect.set_options(timeout=WAITING_MS)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium, and CI must have one")
        pytest.skip("needs Chromium; on Debian: apt-get install chromium")
    async with async_playwright() as play:
        started = await play.chromium.launch(executable_path=found, args=list(QUIET))
        yield started
        await started.close()


@pytest.fixture
async def page(browser: Browser) -> Page:
    """A page of its own, in light colors."""
    return await browser.new_page(viewport={"width": 1280, "height": 1400}, color_scheme="light")


async def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page, by rule and place."""
    from axe_playwright_python.async_playwright import Axe

    results = await Axe().run(page)
    return [
        f"{found['id']}: {node['target']}"
        for found in results.response["violations"]
        for node in found["nodes"]
    ]


async def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, in light and in dark, wide and narrow, as build output."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.screenshot(path=PICTURES / f"{name}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
