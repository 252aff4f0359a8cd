"""A web process is killed while a desk is open: the page says so, and shows what is true when it is back."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from callback.agents.agent import Agent
from callback.agents.presence import AgentStatus
from callback.agents.staff import set_status
from callback.clock import SystemClock
from callback.database import Database
from callback.ids import new_id
from callback.keys import Role
from callback.migrations import upgrade
from callback.people.members import create_user
from callback.people.passwords import hash_password
from callback.runtime import Work
from tests.ports import free_port

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"
PATIENCE_MS = 30_000


class WebProcess:
    """`callback serve`, which can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.database_url = f"sqlite:///{folder / 'callback.db'}"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        environment = os.environ | {
            "DATABASE_URL": self.database_url,
            "DATA_DIR": str(self.folder),
            "REDIS_URL": "",
            "PORT": str(self.port),
            "PUBLIC_BASE_URL": self.address,
            "LOG_LEVEL": "CRITICAL",
        }
        program = "from callback.cli import main; main()"
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, "serve"), cwd=self.folder, env=environment
        )
        async with aiohttp.ClientSession() as session, asyncio.timeout(60):
            while True:
                try:
                    async with session.get(f"{self.address}/healthz"):
                        return
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.2)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[WebProcess]:
    process = WebProcess(tmp_path)
    await asyncio.to_thread(upgrade, process.database_url)
    try:
        yield process
    finally:
        await process.kill()


@pytest.mark.timeout(180)
async def test_a_desk_outlives_its_web_process(process: WebProcess, browser: Browser) -> None:
    database, now = Database(process.database_url), SystemClock().now()
    password_hash = await hash_password(PASSWORD)
    async with database.transaction() as session:
        agent = Agent(
            id=new_id(now), name="Ada", endpoint="client:ada", status_since=now, created_at=now
        )
        session.add(agent)
        await session.flush()
        user = await create_user(Work(session, now), EMAIL, "Ada", Role.AGENT, agent_id=agent.id)
        user.password_hash = password_hash
    await process.start()
    page = await (await browser.new_context(locale="en-US")).new_page()
    await page.goto(process.address)
    await page.get_by_label("E-mail address").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    state, live = page.locator("#state"), page.locator("#live-state")
    await expect(state).to_have_text("Offline", timeout=PATIENCE_MS)
    await expect(live).to_have_text("Live", timeout=PATIENCE_MS)
    await process.kill()
    await expect(live).to_have_text("No connection; trying again", timeout=PATIENCE_MS)
    async with database.transaction() as session:
        await set_status(Work(session, now), agent.id, AgentStatus.AVAILABLE)
    await process.start()
    # Nobody reloads the page, and nobody signs in again.
    await expect(state).to_have_text("Available", timeout=PATIENCE_MS)
    await expect(live).to_have_text("Live", timeout=PATIENCE_MS)
    await database.close()
