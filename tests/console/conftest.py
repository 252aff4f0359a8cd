"""The console with a user of each role, on each kind of database, as browsers that keep cookies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from callback.clock import ManualClock
from callback.database import Database
from callback.keys import Role
from callback.people.members import create_user
from callback.people.session import open_session
from callback.people.user import User
from tests.integration.office import PUBLIC, Office
from webhooks.app import create_app

PASSWORD = "correct horse battery"
SECRET = re.compile(r'name="form_secret" value="([^"]+)"')


def secret_in(html: str) -> str:
    found = SECRET.search(html)
    assert found is not None, html
    return found[1]


class Visit:
    """A browser: it keeps cookies, sends the forms of the page it saw last, and follows no redirect."""

    def __init__(self, app: FastAPI) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.web = httpx.AsyncClient(transport=transport, base_url=PUBLIC)
        self.form_secret = ""

    async def get(self, path: str, expect: int = 200, **given: object) -> httpx.Response:
        answer = await self.web.get(path, **given)  # type: ignore[arg-type]
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        found = SECRET.search(answer.text)
        self.form_secret = found[1] if found else self.form_secret
        return answer

    async def post(self, path: str, expect: int = 303, **fields: str) -> httpx.Response:
        answer = await self.web.post(path, data={"form_secret": self.form_secret} | fields)
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        return answer


class Console:
    """An office with its console; `users` holds one user of each role."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.app = create_app(office.runtime)
        self.users: dict[Role, User] = {}
        self.visits: list[Visit] = []

    async def make_users(self) -> None:
        async with self.office.runtime.work() as work:
            for role in Role:
                self.users[role] = await create_user(
                    work, f"{role}@example.com", role.title(), role
                )

    def stranger(self) -> Visit:
        visit = Visit(self.app)
        self.visits.append(visit)
        return visit

    async def signed_in(self, role: Role = Role.AGENT, user: User | None = None) -> Visit:
        """A browser with a session, made without the work of a password."""
        visit = self.stranger()
        async with self.office.runtime.work() as work:
            session, secret = open_session(work.session, user or self.users[role], work.now)
        visit.web.cookies.set("__Host-callback", secret)
        visit.form_secret = session.form_secret
        return visit


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path)


@pytest.fixture
async def console(office: Office) -> AsyncIterator[Console]:
    console = Console(office)
    await console.make_users()
    yield console
    for visit in console.visits:
        await visit.web.aclose()
