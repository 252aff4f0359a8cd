"""The API with a key of each role, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from callback.clock import ManualClock
from callback.database import Database
from callback.keys import Role, create_key
from tests.integration.office import PUBLIC, Office
from webhooks.app import create_app


class Api:
    """A client of the API who says what she expects."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.secrets: dict[Role, str] = {}
        transport = httpx.ASGITransport(create_app(office.runtime), raise_app_exceptions=False)
        self.web = httpx.AsyncClient(transport=transport, base_url=PUBLIC)

    async def make_keys(self) -> None:
        async with self.office.database.transaction() as session:
            for role in Role:
                self.secrets[role] = create_key(session, role.value, role, self.office.clock.now())

    async def __call__(
        self, method: str, path: str, expect: int = 200, role: Role = Role.ADMIN, **given: Any
    ) -> Any:
        answer = await self.web.request(
            method,
            path if path.startswith("/api") else f"/api/v1{path}",
            headers={"Authorization": f"Bearer {self.secrets[role]}"},
            **given,
        )
        assert answer.status_code == expect, answer.text
        if expect >= 400:
            self.is_problem(answer)
        return answer.json()

    @staticmethod
    def is_problem(answer: httpx.Response) -> None:
        """Assert what RFC 9457 wants of an error."""
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["title"]
        assert isinstance(problem["detail"], str)
        assert problem["type"].startswith("about:blank#")


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path)


@pytest.fixture
async def api(office: Office) -> AsyncIterator[Api]:
    client = Api(office)
    await client.make_keys()
    async with client.web:
        yield client
