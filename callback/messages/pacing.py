"""How fast a line sends texts. A carrier takes about one a second from an ordinary number.

More than that would wait at the telephone company, where it can be neither seen nor taken back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel

from callback.inserting import insert_once
from callback.messages.message import Message
from callback.runtime import Work


class TextPace(SQLModel, table=True):
    """When a line may send its next text. All workers share the row, and so the pace."""

    __tablename__ = "text_pace"

    line_id: str = Field(primary_key=True, max_length=32, foreign_key="line.id")
    free_at: datetime


def turn_of(now: datetime, free_at: datetime, per_second: float) -> tuple[datetime, datetime]:
    """Return when a text may be sent, and when the one after it may."""
    turn = max(now, free_at)
    return turn, turn + timedelta(seconds=1 / per_second)


async def give_turn(work: Work, message: Message, per_second: float) -> None:
    """Give a message its turn, once; `not_before` says when it comes."""
    if message.paced:
        return
    await insert_once(work.session, TextPace, line_id=message.line_id, free_at=work.now)
    pace = await work.session.get_one(TextPace, message.line_id, with_for_update=True)
    message.not_before, pace.free_at = turn_of(work.now, pace.free_at, per_second)
    message.paced = True
