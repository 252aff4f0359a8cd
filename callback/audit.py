"""The audit log: who changed what about users, keys, lines and, as a supervisor, callbacks. Only ever added to.

Entries name no phone number, because they are kept: a callback is named by its identifier.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.columns import words
from callback.ids import new_id

COMMAND_LINE = "command line"
"""Who changed something by a command of this installation."""


class AuditEvent(StrEnum):
    """What was done."""

    USER_CREATED = "user_created"
    USER_INVITED = "user_invited"
    USER_CHANGED = "user_changed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    KEY_CREATED = "key_created"
    LINE_CREATED = "line_created"
    LINE_CHANGED = "line_changed"
    CALLBACK_MOVED = "callback_moved"
    CALLBACK_CANCELED = "callback_canceled"
    CALLBACK_REASSIGNED = "callback_reassigned"
    CALLBACK_HURRIED = "callback_hurried"
    LINK_REVOKED = "link_revoked"


class AuditEntry(SQLModel, table=True):
    """One change, `by` whom and of what: `subject` is a name or an identifier, `detail` a few words."""

    __tablename__ = "audit_entry"

    id: str = Field(primary_key=True, max_length=32)
    at: datetime
    by: str = Field(max_length=120)
    event: AuditEvent = Field(sa_type=words(AuditEvent))
    subject: str = Field(max_length=254)
    detail: str = Field(default="", max_length=400)


def write_down(
    session: AsyncSession, now: datetime, by: str, event: AuditEvent, subject: str, detail: str = ""
) -> None:
    """Add an entry; it is kept if what it tells of is committed."""
    session.add(
        AuditEntry(
            id=new_id(now),
            at=now,
            by=by[:120],
            event=event,
            subject=subject[:254],
            detail=detail[:400],
        )
    )


async def newest_entries(session: AsyncSession, before: str, most: int) -> list[AuditEntry]:
    """Return the latest entries that are older than the one named `before` (empty: all), the newest first."""
    wanted = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(most)
    if before:
        wanted = wanted.where(col(AuditEntry.id) < before)
    return list((await session.exec(wanted)).all())
