"""What was before with a person, on all lines: calls, callbacks, notes, outcomes, surveys; newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call, CallStatus, Direction
from callback.calls.survey import Survey
from callback.desk.record import ContactNote, WrapUp
from callback.promises.callback import Callback

MOST = 12


@dataclass(frozen=True)
class Earlier:
    """One thing that was before: its kind, what became of it (a word of ours), and what was written down.

    `helped` and `score` (1 to 5, the best) are the answers of a survey; None where nothing was answered.
    """

    at: datetime
    kind: str
    what: str = ""
    text: str = ""
    complaint: bool = False
    helped: bool | None = None
    score: int | None = None


async def history_of(
    session: AsyncSession, number: str | None, but: frozenset[str] = frozenset()
) -> list[Earlier]:
    """Return what was before with whoever has this number, leaving out the calls and callbacks in `but`."""
    if number is None:
        return []
    found = [
        *await _calls(session, number, but),
        *await _callbacks(session, number, but),
        *await _written(session, number),
        *await _answered(session, number),
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


async def _calls(session: AsyncSession, number: str, but: frozenset[str]) -> list[Earlier]:
    rows = await session.exec(
        select(Call)
        .where(
            col(Call.phone_number) == number,
            col(Call.status) == CallStatus.ENDED,
            col(Call.direction) == Direction.INBOUND,
        )
        .order_by(col(Call.arrived_at).desc())
        .limit(MOST)
    )
    return [
        Earlier(call.arrived_at, "call", call.outcome or "") for call in rows if call.id not in but
    ]


async def _callbacks(session: AsyncSession, number: str, but: frozenset[str]) -> list[Earlier]:
    rows = await session.exec(
        select(Callback)
        .where(col(Callback.phone_number) == number)
        .order_by(col(Callback.requested_at).desc())
        .limit(MOST)
    )
    return [
        Earlier(each.requested_at, "callback", each.status, each.reason or "")
        for each in rows
        if each.id not in but
    ]


async def _written(session: AsyncSession, number: str) -> list[Earlier]:
    notes = await session.exec(
        select(ContactNote)
        .where(col(ContactNote.phone_number) == number)
        .order_by(col(ContactNote.at).desc())
        .limit(MOST)
    )
    outcomes = await session.exec(
        select(WrapUp)
        .where(col(WrapUp.phone_number) == number)
        .order_by(col(WrapUp.at).desc())
        .limit(MOST)
    )
    return [
        *(Earlier(note.at, "note", text=note.text) for note in notes),
        *(
            Earlier(each.at, "outcome", each.disposition, each.resolution, each.complaint)
            for each in outcomes
        ),
    ]


async def _answered(session: AsyncSession, number: str) -> list[Earlier]:
    surveys = await session.exec(
        select(Survey)
        .where(col(Survey.phone_number) == number, col(Survey.answered_at).is_not(None))
        .order_by(col(Survey.answered_at).desc())
        .limit(MOST)
    )
    return [
        Earlier(each.answered_at, "survey", helped=each.helped, score=each.score)
        for each in surveys
        if each.answered_at is not None
    ]
