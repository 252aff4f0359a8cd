"""The simulator as somebody meets it who never saw it: one command, one page, one call by hand."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from tests.browser.conftest import picture, violations
from tests.ports import free_port

LINE = "+15550100"
WAIT = '<Gather numDigits="1" action="/key" timeout="60"><Say>Press 1 to be called back.</Say></Gather>'
DOCUMENTS = {
    "/voice": '<Enqueue waitUrl="/wait" action="/left">support</Enqueue>',
    "/wait": WAIT,
    "/key": "<Say>We will call you back.</Say><Leave/>",
    "/left": "<Hangup/>",
    "/again": "<Say>You asked us to call.</Say><Pause length='60'/>",
    "/broken": "<Nonsense/>",
}


@dataclass
class Scene:
    """A simulator in a process of its own, and an application that it calls."""

    address: str
    application: str
    archive: Path
    session: aiohttp.ClientSession

    async def rest(self, path: str, form: dict[str, str]) -> int:
        account = "ACc0ffee00c0ffee00c0ffee00c0ffee00"
        headers = {"Authorization": aiohttp.encode_basic_auth(account, "simulated" + "0" * 23)}
        url = f"{self.address}/2010-04-01/Accounts/{account}{path}"
        async with self.session.post(url, data=form, headers=headers) as answer:
            return answer.status

    async def control(self, path: str, body: object) -> None:
        async with self.session.post(f"{self.address}/simulator/{path}", json=body) as answer:
            assert answer.status < 300, await answer.text()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async def answer(request: web.Request) -> web.Response:
        text = f"<Response>{DOCUMENTS[request.path]}</Response>"
        return web.Response(text=text, content_type="text/xml")

    app = web.Application()
    for path in DOCUMENTS:
        app.router.add_post(path, answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    application = f"http://127.0.0.1:{runner.addresses[0][1]}"
    port, archive = free_port(), tmp_path / "archive.jsonl"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "callback.simulator", "--port", str(port)),
        *("--number", f"{LINE}={application}/voice", "--archive", str(archive)),
    )
    async with aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{port}"
        await _answering(session, address)
        yield Scene(address, application, archive, session)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    await runner.cleanup()


async def _answering(session: aiohttp.ClientSession, address: str) -> None:
    for _ in range(200):
        try:
            async with session.get(f"{address}/simulator/state"):
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.05)
    raise TimeoutError("the simulator did not start")


async def test_a_call_by_hand_from_the_first_ring_to_the_way_back(scene: Scene, page: Page) -> None:
    await page.goto(scene.address)
    await page.get_by_role("button", name="Call", exact=True).click()
    transcript = page.locator("#lines")
    await expect(transcript).to_contain_text("Press 1 to be called back.")
    await expect(page.locator("#queues")).to_contain_text("support (1)")
    assert await violations(page) == []
    await page.get_by_role("button", name="1", exact=True).click()
    await expect(transcript).to_contain_text("We will call you back.")
    await expect(page.locator("#phone-state")).to_have_text("On the hook.", timeout=15_000)
    await expect(page.locator("#recent")).to_contain_text("completed")
    form = {"To": "+14155550123", "From": LINE, "Url": f"{scene.application}/again"}
    assert await scene.rest("/Calls.json", form) == 201
    await expect(page.locator("#phone-state")).to_contain_text("Ringing")
    await page.get_by_role("button", name="Answer").click()
    await expect(transcript).to_contain_text("You asked us to call.")
    await picture(page, "simulator")
    await page.get_by_role("button", name="Hang up").click()
    await expect(page.locator("#phone-state")).to_have_text("On the hook.")


async def test_the_keyboard_keeps_its_place_while_the_page_goes_on(
    scene: Scene, page: Page
) -> None:
    await page.goto(scene.address)
    await page.get_by_role("button", name="Call", exact=True).click()
    button = page.locator("#live").get_by_role("button")
    await button.focus()
    clock = page.locator("#clock")
    for _ in range(2):
        await expect(clock).not_to_have_text(await clock.inner_text())
    await expect(button).to_be_focused()
    await button.press("Enter")
    await expect(page.locator("#lines")).to_contain_text("replied200 <Response><Enqueue")


async def test_what_goes_wrong_is_listed_with_its_code(scene: Scene, page: Page) -> None:
    form = {"To": "+14155550199", "From": LINE, "Url": f"{scene.application}/broken"}
    assert await scene.rest("/Calls.json", form) == 201
    await page.goto(scene.address)
    await expect(page.locator("#problems")).to_contain_text("12200", timeout=15_000)
    await expect(page.locator("#problems")).to_contain_text("Nonsense")


async def test_the_page_is_readable_on_a_small_screen_in_the_dark(scene: Scene, page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 800})
    await page.emulate_media(color_scheme="dark")
    await page.goto(scene.address)
    await expect(page.locator("#counts")).to_contain_text("on the line")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    assert await violations(page) == []


async def test_a_reply_that_is_lost_leaves_a_call_and_an_archive(scene: Scene) -> None:
    await scene.control("faults", {"rest_lose": 1})
    form = {"To": "+14155550199", "From": LINE, "Url": f"{scene.application}/again"}
    with pytest.raises(aiohttp.ClientConnectionError):
        await scene.rest("/Calls.json", form)
    await scene.control("faults", {})
    async with scene.session.get(f"{scene.address}/simulator/calls") as answer:
        assert [call["to"] for call in (await answer.json())["items"]] == ["+14155550199"]
    async with scene.session.get(f"{scene.address}/simulator/archive.har") as answer:
        (entry,) = (await answer.json())["log"]["entries"][:1]
    assert entry["request"]["postData"]["params"][0] == {"name": "To", "value": "+14155550199"}
    assert entry["response"]["status"] == 0
    kept = [json.loads(line) for line in scene.archive.read_text().splitlines()]
    assert kept[0]["kind"] == "rest"
    assert "authorization" not in json.dumps(kept).lower()
