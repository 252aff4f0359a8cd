"""The contacts of callers who wait, looked up for all who ask at the same time."""

from __future__ import annotations

from sqlmodel import col, select

from callback.calls.call import Call
from callback.database import Database
from callback.errors import NotFound
from callback.together import Together


class WaitingCalls:
    """Reads contacts by the telephone company's name for them; what it returns is not to be changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading: Together[str, Call] = Together(self._read)

    async def find(self, call_sid: str) -> Call:
        """Return a contact as it is committed.

        Raises:
            NotFound: there is none of that name.

        """
        call = await self._reading.ask(call_sid)
        if call is None:
            raise NotFound("call", call_sid)
        return call

    async def _read(self, call_sids: list[str]) -> dict[str, Call]:
        async with self._database.reading() as session:
            found = await session.exec(select(Call).where(col(Call.call_sid).in_(call_sids)))
            return {call.call_sid: call for call in found.all()}
