"""The console in a real browser: app, worker and simulator behind it, and axe on each page, light and dark."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, expect

from callback.agents.agent import Agent
from callback.arq_jobs import connect
from callback.database import Database
from callback.embedded_redis import EmbeddedRedis
from callback.keys import Role
from callback.lines.directory import get_line
from callback.people.members import create_user
from callback.people.passwords import hash_password
from callback.people.user import Theme
from callback.promises.callback import Callback
from callback.promises.note import keep_note
from callback.redis_live import RedisLive
from callback.tables import METADATA
from tests.acceptance.town import CALLER, Town
from tests.browser.conftest import WAITING_MS, picture, violations

PASSWORD = "correct horse battery"


@dataclass
class Served:
    """A town whose console answers browsers at an address."""

    town: Town
    address: str

    async def user(self, role: Role, name: str, agent_id: str | None = None) -> str:
        """Add a user with a password; return the name under which she signs in."""
        password_hash = await hash_password(PASSWORD)
        async with self.town.runtime.work() as work:
            email = f"{name.lower()}@example.com"
            user = await create_user(work, email, name, role, agent_id=agent_id)
            user.password_hash = password_hash
        return email

    async def agent(self, name: str, **persona: object) -> str:
        """Add an agent with a phone, a desk and a user of the same name."""
        agent_id = await self.town.agent(**{"choices": []} | persona)
        async with self.town.runtime.work() as work:
            (await work.session.get_one(Agent, agent_id)).name = name
        return await self.user(Role.AGENT, name, agent_id)

    async def sign_in(self, browser: Browser, email: str) -> Page:
        """Open a browser of its own, and sign in as people do."""
        context: BrowserContext = await browser.new_context(
            viewport={"width": 1280, "height": 900}, color_scheme="light", locale="en-US"
        )
        page = await context.new_page()
        page.set_default_timeout(WAITING_MS)
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
        await page.goto(f"{self.address}/")
        await page.get_by_label("E-mail address").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("link", name="Callback", exact=True).wait_for()
        return page


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = Database(f"sqlite:///{tmp_path / 'callback.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    embedded = EmbeddedRedis(tmp_path)
    live = RedisLive(connect(await asyncio.to_thread(embedded.join), patient=False))
    town = Town(database, tmp_path)
    object.__setattr__(town.runtime, "live", live)
    await town.open(wrap_up_seconds=60)
    door = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(town.app, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    # Whoever connects before it serves waits at the door.
    serving = asyncio.create_task(server.serve([door]))
    port = door.getsockname()[1]
    try:
        yield Served(town, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        await serving
        await live.close()
        await town.close()
        await database.close()
        embedded.leave()


async def is_accessible(page: Page, name: str) -> None:
    """Assert that axe finds nothing, in light and in dark, and keep what the page looks like."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert await violations(page) == [], f"{name}, {scheme}"
    await picture(page, name)


async def fits(page: Page, width: int = 320) -> None:
    """Assert that nothing must be scrolled sideways on a small phone."""
    size = page.viewport_size
    await page.set_viewport_size({"width": width, "height": 700})
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert size is not None
    await page.set_viewport_size(size)


async def play_until(served: Served, page: Page, words: str) -> None:
    """Let the town's time pass, second by second, until the page says something of itself."""
    place = page.locator("#phase")
    for _ in range(40):
        await served.town.play(minutes=1 / 60)
        try:
            await expect(place).to_have_text(words, timeout=400)
        except AssertionError:
            continue
        return
    await expect(place).to_have_text(words)


async def test_an_agent_gets_a_callback_accepts_talks_and_promises_the_next(
    served: Served, browser: Browser
) -> None:
    town = served.town
    page = await served.sign_in(browser, await served.agent("Ada"))
    await expect(page.locator("#live-state")).to_have_text("Live")
    await expect(page.locator("#state")).to_have_text("Available")
    await is_accessible(page, "desk-free")
    # She steps away and comes back, by key alone.
    await page.keyboard.press("b")
    await expect(page.locator("#state")).to_have_text("Away: Break")
    await page.keyboard.press("v")
    await expect(page.locator("#state")).to_have_text("Available")
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    await town.ask(reason="the blue one")
    await play_until(served, page, "Your phone rings")
    await expect(page.locator("#number")).not_to_contain_text(CALLER)
    await is_accessible(page, "desk-offer")
    await page.keyboard.press("a")
    await expect(page.locator("#phase")).to_have_text("Accepted: pick up your phone")
    await play_until(served, page, "Talking")
    await expect(page.locator("#number")).to_have_text(CALLER)
    await page.keyboard.press("n")
    await page.keyboard.type("Asks for the blue one")
    # What is half written outlives a reload.
    await page.reload()
    await expect(page.locator("#note")).to_have_value("Asks for the blue one")
    await page.get_by_role("button", name="Keep the note").click()
    await expect(page.locator("#note")).to_have_value("")
    await is_accessible(page, "desk-talking")
    await page.locator("#note").blur()
    await page.keyboard.press("h")
    await expect(page.locator("#state")).to_have_text("Wrapping up")
    await page.get_by_text("Call again at a time").click()
    await page.get_by_label("Day").fill("2026-03-03")
    await page.get_by_label("Time", exact=True).fill("03:00")
    await page.get_by_label("Time zone").fill("Nowhere/Land")
    await page.get_by_label("Resolved", exact=True).check()
    await page.locator("#last-note").fill("Will decide tomorrow")
    await is_accessible(page, "desk-wrap-up")
    await fits(page)
    await page.locator("#conclude").click()
    await expect(page.locator("#notice")).to_have_text("There is no such time zone.")
    await expect(page.locator("#last-note")).to_have_value("Will decide tomorrow")
    await page.get_by_label("Time zone").fill("America/Los_Angeles")
    await page.get_by_label("Time", exact=True).fill("09:30")
    await page.locator("#conclude").click()
    await expect(page.locator("#conclude")).to_have_count(0)
    await expect(page.locator("[data-part=coming]")).to_contain_text("for me")
    await expect(page.locator("#state")).to_have_text("Available")
    scheduled = await town.callbacks(status="scheduled")
    assert [each["promised_from"] for each in scheduled] == ["2026-03-03T17:30:00Z"]


async def test_what_was_said_after_the_tone_is_played_on_the_page(
    served: Served, browser: Browser
) -> None:
    town = served.town
    town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    page = await served.sign_in(browser, await served.agent("Ada"))
    owed = await town.ask()
    began = town.clock.now() - timedelta(seconds=3)
    said = town.exchange.keep_recording("CA" + "0" * 32, began, "RecordVerb")
    async with town.runtime.work() as work:
        callback = await work.session.get_one(Callback, owed)
        line = await get_line(work.session, callback.line_id)
        await keep_note(work, line, callback, said.sid, 3)
    await play_until(served, page, "Your phone rings")
    await expect(page.locator("audio")).to_have_count(0)
    await page.keyboard.press("a")
    await play_until(served, page, "Talking")
    sound = page.locator("audio")
    await sound.evaluate("(audio) => { audio.muted = true; return audio.play(); }")
    assert await sound.evaluate("(audio) => audio.duration") > 0
    await is_accessible(page, "desk-recording")
    await fits(page)


async def pressed(page: Page, button: str) -> None:
    """Press a button, and wait until the server has answered."""
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
        await page.locator(button).click()


async def test_two_browsers_of_one_agent_race_and_both_show_what_became_of_it(
    served: Served, browser: Browser
) -> None:
    email = await served.agent("Ada")
    first, second = [await served.sign_in(browser, email) for _ in range(2)]
    served.town.person(CALLER, answers={"after_s": 3}, choices=[{"hears": "connected"}])
    await served.town.ask()
    await play_until(served, first, "Your phone rings")
    await expect(second.locator("#phase")).to_have_text("Your phone rings")
    await served.town.play(minutes=3 / 60)
    await asyncio.gather(pressed(first, "#accept"), pressed(second, "#decline"))
    await served.town.play(minutes=8 / 60)
    calls = len(served.town.calls_to(CALLER))
    assert calls in {0, 1}
    if calls:
        for page in (first, second):
            await play_until(served, page, "Talking")
        await expect(second.locator("#notice")).to_contain_text("too late")
    else:
        for page in (first, second):
            await expect(page.get_by_role("heading", name="Nobody on the phone")).to_be_visible()
        await expect(first.locator("#notice")).to_contain_text("too late")


async def test_a_page_that_lost_its_redis_looks_by_itself(served: Served, browser: Browser) -> None:
    page = await served.sign_in(browser, await served.agent("Ada"))
    await expect(page.locator("#live-state")).to_have_text("Live")
    live = served.town.runtime.live
    assert isinstance(live, RedisLive)
    await live.close()
    live.hears = False
    await expect(page.locator("#live-state")).to_have_text(re.compile("every few seconds|Live"))
    async with served.town.runtime.database.transaction() as session:
        agent = (await session.exec(Agent.__table__.select())).one()  # type: ignore[attr-defined]
        row = await session.get_one(Agent, agent.id)
        row.apply("go_away", served.town.clock.now())  # type: ignore[arg-type]
    await expect(page.locator("#state")).to_have_text("Away", timeout=10_000)


async def test_an_administrator_invites_and_the_pages_are_accessible(
    served: Served, browser: Browser
) -> None:
    page = await served.sign_in(browser, await served.user(Role.ADMIN, "Root"))
    await page.get_by_role("link", name="Users").click()
    await page.get_by_label("Name", exact=True).fill("Bea")
    await page.get_by_label("E-mail address").fill("bea@example.com")
    await page.get_by_label("Role", exact=True).select_option("supervisor")
    await page.get_by_role("button", name="Invite a user").click()
    link = await page.locator("#link").input_value()
    await is_accessible(page, "users")
    await fits(page)
    await page.get_by_role("link", name="Root").click()
    await is_accessible(page, "account")
    await fits(page)
    await page.get_by_label("Dark", exact=True).check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", Theme.DARK)
    context = await browser.new_context(locale="de-DE")
    other = await context.new_page()
    await other.goto(served.address + link[link.index("/password/") :])
    await is_accessible(other, "password")
    await other.get_by_label("Neues Passwort").fill("ein langes Passwort mit Sinn")
    await other.get_by_role("button", name="Speichern und anmelden").click()
    await expect(other.get_by_role("link", name="Bea")).to_be_visible()
    await other.get_by_role("button", name="Sign out").click()
    await expect(other.get_by_role("heading", name="Anmelden")).to_be_visible()
    await is_accessible(other, "sign-in")
    await fits(other)
    await other.goto(f"{served.address}/password/nothing")
    await is_accessible(other, "bad-link")
