"""The session of a signed-in user: kept here, ended here; the browser holds only its secret."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.ids import new_id
from callback.keys import digest_of
from callback.people.user import User

IDLE = timedelta(hours=2)
"""How long a session lasts without a request that a person made."""
LIFE = timedelta(hours=12)
"""How long a session lasts at most: a shift and its overtime."""
TOUCH_EVERY = timedelta(minutes=1)


class Session(SQLModel, table=True):
    """A session. `digest` is the hash of the secret in the cookie; `form_secret` stands in each form.

    `device` is what the browser called itself, so that a user can tell her sessions apart.
    """

    __tablename__ = "console_session"

    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="console_user.id", index=True)
    digest: str = Field(unique=True, max_length=64)
    form_secret: str = Field(max_length=64)
    device: str = Field(default="", max_length=120)
    address: str = Field(default="", max_length=64)
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Tell whether the session was neither ended, nor idle for too long, nor open for too long."""
        return self.ended_at is None and now < self.seen_at + IDLE and now < self.created_at + LIFE


def open_session(
    session: AsyncSession, user: User, now: datetime, device: str = "", address: str = ""
) -> tuple[Session, str]:
    """Add a session of `user`; return it and its secret, which is not kept anywhere."""
    secret = secrets.token_urlsafe(32)
    opened = Session(
        id=new_id(now),
        user_id=user.id,
        digest=digest_of(secret),
        form_secret=secrets.token_urlsafe(32),
        device=device[:120],
        address=address[:64],
        created_at=now,
        seen_at=now,
    )
    session.add(opened)
    return opened, secret


async def find_session(
    session: AsyncSession, secret: str, now: datetime
) -> tuple[Session, User] | None:
    """Return the open session with this secret and its user, or None if there is none."""
    found = await session.exec(
        select(Session, User)
        .join(User, col(User.id) == col(Session.user_id))
        .where(col(Session.digest) == digest_of(secret))
    )
    row = found.first()
    if row is None or not row[0].is_open(now) or row[1].disabled_at is not None:
        return None
    return row[0], row[1]


async def open_sessions_of(session: AsyncSession, user_id: str, now: datetime) -> list[Session]:
    """Return the open sessions of a user, the newest first."""
    found = await session.exec(
        select(Session)
        .where(col(Session.user_id) == user_id, col(Session.ended_at).is_(None))
        .order_by(col(Session.id).desc())
    )
    return [each for each in found.all() if each.is_open(now)]


async def end_sessions(
    session: AsyncSession, user_id: str, now: datetime, but: str | None = None
) -> None:
    """End all sessions of a user, except the one with the identifier `but`."""
    found = await session.exec(
        select(Session)
        .where(col(Session.user_id) == user_id, col(Session.ended_at).is_(None))
        .with_for_update()
    )
    for each in found.all():
        if each.id != but:
            each.ended_at = now
