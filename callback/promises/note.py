"""The note: what somebody who was promised a call said after a tone; kept for a while."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from callback.errors import CallGone, TelephonyError
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.runtime import Runtime, Work

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(hours=1)


class Note(SQLModel, table=True):
    """A recording by the telephone company's name for it, and when it is to be thrown away."""

    __tablename__ = "note"

    callback_id: str = Field(primary_key=True, foreign_key="callback.id", max_length=32)
    recording_sid: str = Field(max_length=34)
    seconds: int
    recorded_at: datetime
    delete_at: datetime = Field(index=True)


async def keep_note(
    work: Work, line: Line, callback: Callback, recording_sid: str, seconds: int
) -> None:
    """Keep what was recorded for a callback; told twice, the first stands."""
    if await work.session.get(Note, callback.id) is not None:
        return
    kept_until = max(work.now, callback.promised_until) + timedelta(days=line.notes_kept_days)
    work.session.add(
        Note(
            callback_id=callback.id,
            recording_sid=recording_sid,
            seconds=seconds,
            recorded_at=work.now,
            delete_at=kept_until,
        )
    )
    callback.note("note_recorded", work.now, f"{seconds} s")


async def note_of(session: AsyncSession, callback_id: str) -> Note | None:
    """Return the note that belongs to a callback, or None."""
    return await session.get(Note, callback_id)


def kept_for_long_enough(now: datetime) -> SelectOfScalar[str]:
    """Return the question for the callbacks whose notes are to be thrown away."""
    return select(Note.callback_id).where(col(Note.delete_at) <= now)


async def throw_away(runtime: Runtime, callback_id: str) -> bool:
    """Delete a note at the telephone company, then here; tell whether it is gone.

    One that is gone there already counts as deleted. If the telephone company cannot be reached, it is tried
    again an hour later.
    """
    async with runtime.work() as work:
        note = await work.session.get(Note, callback_id, with_for_update=True)
        if note is None:
            return True
        note.delete_at = work.now + AGAIN_AFTER
        recording_sid = note.recording_sid
    try:
        await runtime.telephony.delete_recording(recording_sid)
    except CallGone:
        pass
    except TelephonyError as error:
        log.warning("a note could not be thrown away yet: %s", error)
        return False
    async with runtime.work() as work:
        gone = await work.session.get(Note, callback_id)
        if gone is not None:
            await work.session.delete(gone)
    return True
