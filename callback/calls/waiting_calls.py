"""The contacts of callers who wait, looked up for all who ask at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from callback.calls.call import Call, CallStatus
from callback.database import Database
from callback.errors import NotFound
from callback.together import Together

REMEMBERED = 10_000
"""How many contacts' lines a process keeps in mind."""


@dataclass(frozen=True)
class WaitingCall:
    """What of a `Call` is asked for at every announcement."""

    call_sid: str
    line_id: str
    status: CallStatus
    arrived_at: datetime
    phone_number: str | None
    language: str
    menu: dict[str, Any]
    queue_sid: str | None
    offered_at: datetime | None
    skills: list[str]
    is_repeat: bool


_COLUMNS = (
    col(Call.call_sid),
    col(Call.line_id),
    col(Call.status),
    col(Call.arrived_at),
    col(Call.phone_number),
    col(Call.language),
    col(Call.menu),
    col(Call.queue_sid),
    col(Call.offered_at),
    col(Call.skills),
    col(Call.is_repeat),
)
_CALLS = select(*_COLUMNS).where(col(Call.call_sid).in_(bindparam("sids", expanding=True)))


class WaitingCalls:
    """Reads contacts by the telephone company's name for them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading: Together[str, WaitingCall] = Together(self._read)
        self._lines: dict[str, str] = {}

    async def find(self, call_sid: str) -> WaitingCall:
        """Return a contact as it is committed.

        Raises:
            NotFound: there is none of that name.

        """
        call = await self._reading.ask(call_sid)
        if call is None:
            raise NotFound("call", call_sid)
        return call

    async def line_of(self, call_sid: str) -> str:
        """Return the id of the line that was called, which never changes and so is asked for once.

        Raises:
            NotFound: there is no contact of that name.

        """
        line_id = self._lines.get(call_sid)
        return line_id if line_id is not None else (await self.find(call_sid)).line_id

    async def _read(self, call_sids: list[str]) -> dict[str, WaitingCall]:
        async with self._database.reading() as session:
            connection = await session.connection()
            rows = await connection.execute(_CALLS, {"sids": call_sids})
            found = {row[0]: WaitingCall(*row) for row in rows}
        self._remember(found)
        return found

    def _remember(self, found: dict[str, WaitingCall]) -> None:
        if len(self._lines) + len(found) > REMEMBERED:
            self._lines.clear()
        self._lines.update((sid, call.line_id) for sid, call in found.items())
