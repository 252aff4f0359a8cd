"""Whoever asks for callbacks in a run, and asks again when the web process dies over it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from tests.acceptance.faults.installation import Installation
from tests.acceptance.faults.judge import Promised

AGAIN_SECONDS = 0.2
GIVE_UP_SECONDS = 90.0


@dataclass(frozen=True)
class Said:
    """An answer of the API."""

    status: int
    body: Any


class Desk:
    """Makes, moves and takes back promises over the API, and remembers what it was told."""

    def __init__(self, installation: Installation, key: str) -> None:
        self.promised: dict[str, Promised] = {}
        self.refused = 0
        self._there = installation
        self._http = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {key}"}, timeout=aiohttp.ClientTimeout(total=20)
        )

    async def close(self) -> None:
        await self._http.close()

    async def once(self, method: str, path: str, body: Any = None) -> Said | None:
        """Ask once; None where no answer came, and nobody knows what was done."""
        url = f"{self._there.web_url}/api/v1{path}"
        try:
            async with self._http.request(method, url, json=body) as answer:
                if answer.status >= 500:
                    return None
                return Said(answer.status, await answer.json() if answer.status != 204 else None)
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def until_answered(self, method: str, path: str, body: Any = None) -> Said:
        """Ask until there is an answer; only for what may be asked twice."""
        loop = asyncio.get_running_loop()
        until = loop.time() + GIVE_UP_SECONDS
        while True:
            said = await self.once(method, path, body)
            if said is not None:
                return said
            assert loop.time() < until, f"no answer to {method} {path}"
            await asyncio.sleep(AGAIN_SECONDS)

    async def row_of(self, number: str) -> dict[str, Any] | None:
        """Return what is promised to a number."""
        said = await self.until_answered("GET", f"/callbacks?phone_number=%2B{number[1:]}")
        assert said.status == 200, said
        items = said.body["items"]
        return items[-1] if items else None

    async def promise(self, line_id: str, number: str, later: timedelta | None) -> None:
        """Ask for a callback until it is promised; never asks again without having looked first."""
        while True:
            wish: dict[str, Any] = {"line_id": line_id, "phone_number": number}
            if later is not None:
                wish["promised_from"] = (self._there.clock.now() + later).isoformat()
            said = await self.once("POST", "/callbacks", wish)
            if said is not None and said.status == 201:
                break
            assert said is None or said.status in (409, 422), said
            if await self.row_of(number) is not None:
                break
            await asyncio.sleep(AGAIN_SECONDS)
        self.promised[number] = Promised(number, self._there.clock.now())

    async def take_back(self, number: str) -> None:
        """Cancel, if that can still be done; who is talking, or has talked, is refused."""
        row = await self.row_of(number)
        assert row is not None, number
        said = await self.until_answered("DELETE", f"/callbacks/{row['id']}")
        assert said.status in (200, 204, 409), said
        now = await self.row_of(number)
        assert now is not None, number
        if now["status"] == "canceled":
            self.promised[number].canceled_at = self._there.clock.now()
        else:
            self.refused += 1

    async def move(self, number: str, later: timedelta) -> None:
        """Move to another time, if that can still be done."""
        row = await self.row_of(number)
        assert row is not None, number
        said = None
        while said is None or said.status == 422:  # the time passed before anybody answered
            to = (self._there.clock.now() + later).isoformat()
            said = await self.once("PATCH", f"/callbacks/{row['id']}", {"promised_from": to})
            await asyncio.sleep(AGAIN_SECONDS)
        assert said.status in (200, 409), said
        self.refused += said.status == 409

    async def try_what_cannot_be(self, number: str) -> bool:
        """Move and cancel a callback that is over; tell whether it was, and assert that both are refused."""
        row = await self.row_of(number)
        if row is None or row["status"] != "completed":
            return False
        to = (self._there.clock.now() + timedelta(minutes=5)).isoformat()
        moved = await self.until_answered("PATCH", f"/callbacks/{row['id']}", {"promised_from": to})
        taken = await self.until_answered("DELETE", f"/callbacks/{row['id']}")
        assert (moved.status, taken.status) == (409, 409), (number, moved, taken)
        self.refused += 2
        return True
