"""The HTTP clients of the demo: the project's own API, and the simulator's control of its people."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any

import aiohttp

from callback.demo.processes import DemoFailed

Json = Any


class Refused(DemoFailed):
    """A server answered, and the answer was no; `status` is its HTTP status."""

    def __init__(self, method: str, url: str, status: int, body: str) -> None:
        self.status = status
        super().__init__(f"{method} {url} answered {status}: {body[:500]}")


class Client:
    """JSON over HTTP to one server on the loopback interface."""

    def __init__(self, base: str, key: str | None = None) -> None:
        self.base = base
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._session = aiohttp.ClientSession(
            headers=headers, timeout=aiohttp.ClientTimeout(total=30)
        )

    async def __aenter__(self) -> Client:
        """Give the client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def get(self, path: str, **params: str) -> Json:
        """Return the JSON at a path."""
        return await self._ask("GET", path, params=params)

    async def post(self, path: str, body: Json) -> Json:
        """Post JSON and return the JSON of the answer."""
        return await self._ask("POST", path, json=body)

    async def put(self, path: str, body: Json) -> Json:
        """Put JSON and return the JSON of the answer."""
        return await self._ask("PUT", path, json=body)

    async def _ask(self, method: str, path: str, **options: Any) -> Json:
        url = f"{self.base}{path}"
        try:
            async with self._session.request(method, url, **options) as answer:
                body = await answer.text()
                if answer.status >= 400:
                    raise Refused(method, url, answer.status, body)
                return json.loads(body) if body else None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DemoFailed(f"{method} {url}: {error or type(error).__name__}") from error
        except json.JSONDecodeError as error:
            raise DemoFailed(f"{method} {url} did not answer JSON: {error}") from error

    async def answers(self, path: str) -> bool:
        """Say whether the server answers a path with success."""
        try:
            async with self._session.get(f"{self.base}{path}") as answer:
                return answer.status < 400
        except (aiohttp.ClientError, TimeoutError):
            return False
