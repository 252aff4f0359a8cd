"""Numbers to which a number of ours sends no texts: the person said STOP, or the phone takes none."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.columns import words
from callback.inserting import insert_once
from callback.phone import NumberType, type_of
from callback.runtime import Work

TAKES_NONE = frozenset(
    {
        NumberType.FIXED,
        NumberType.TOLL_FREE,
        NumberType.PREMIUM,
        NumberType.SHARED_COST,
        NumberType.PAGER,
        NumberType.UAN,
        NumberType.VOICEMAIL,
    }
)


class NoTextsReason(StrEnum):
    """Why no texts are sent to a number."""

    STOPPED = "stopped"
    CANNOT = "cannot"


class NoTexts(SQLModel, table=True):
    """A pair of numbers (E.164). STOP holds for the number of ours to which it was sent, and no other."""

    __tablename__ = "no_texts"

    to: str = Field(primary_key=True, max_length=20)
    sender: str = Field(primary_key=True, max_length=20)
    reason: NoTextsReason = Field(sa_type=words(NoTextsReason))
    since: datetime


def takes_texts(number: str) -> bool:
    """Tell whether an E.164 number may take texts, by the numbering plan; its carrier knows better."""
    return type_of(number) not in TAKES_NONE


async def stop_texts(
    work: Work, to: str, sender: str, reason: NoTextsReason = NoTextsReason.STOPPED
) -> None:
    """Send no more texts from `sender` to `to`; asked twice, the first time stands."""
    await insert_once(work.session, NoTexts, to=to, sender=sender, reason=reason, since=work.now)


async def start_texts(work: Work, to: str, sender: str) -> None:
    """Send texts again, because the person asked for that."""
    entry = await work.session.get(NoTexts, (to, sender))
    if entry is not None and entry.reason == NoTextsReason.STOPPED:
        await work.session.delete(entry)


async def wants_none(session: AsyncSession, to: str, sender: str) -> NoTextsReason | None:
    """Return why `sender` sends no texts to `to`, or None."""
    entry = await session.get(NoTexts, (to, sender))
    return None if entry is None else entry.reason
