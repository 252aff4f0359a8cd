"""The link with which an invited or forgetful user sets her password: once, and not for long."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.columns import words
from callback.errors import NotAllowed
from callback.ids import new_id
from callback.keys import digest_of
from callback.people.user import User


class LinkKind(StrEnum):
    """What the link is for."""

    INVITATION = "invitation"
    RESET = "reset"


LASTS = {LinkKind.INVITATION: timedelta(days=7), LinkKind.RESET: timedelta(hours=24)}


class PasswordLink(SQLModel, table=True):
    """A link. Only the hash of its secret is kept."""

    __tablename__ = "password_link"

    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="console_user.id", index=True)
    kind: LinkKind = Field(sa_type=words(LinkKind))
    digest: str = Field(unique=True, max_length=64)
    expires_at: datetime
    used_at: datetime | None = None


async def make_link(session: AsyncSession, user: User, kind: LinkKind, now: datetime) -> str:
    """Add a link for `user`, void her earlier ones, and return the secret of the new one."""
    await void_links(session, user.id, now)
    secret = secrets.token_urlsafe(32)
    session.add(
        PasswordLink(
            id=new_id(now),
            user_id=user.id,
            kind=kind,
            digest=digest_of(secret),
            expires_at=now + LASTS[kind],
        )
    )
    return secret


async def void_links(session: AsyncSession, user_id: str, now: datetime) -> None:
    """Make all links of a user useless."""
    found = await session.exec(
        select(PasswordLink)
        .where(col(PasswordLink.user_id) == user_id, col(PasswordLink.used_at).is_(None))
        .with_for_update()
    )
    for link in found.all():
        link.used_at = now


async def user_of_link(
    session: AsyncSession, secret: str, now: datetime, *, locked: bool = False
) -> User:
    """Return the user for whom a link was made that can still be used.

    Raises:
        NotAllowed: there is no such link, it was used, it is too old, or the user was disabled.

    """
    query = select(PasswordLink).where(col(PasswordLink.digest) == digest_of(secret))
    link = (await session.exec(query.with_for_update() if locked else query)).first()
    if link is not None and link.used_at is None and now < link.expires_at:
        user = await session.get_one(User, link.user_id, with_for_update=locked)
        if user.disabled_at is None:
            return user
    raise NotAllowed("the link was used or is too old; ask for a new one")
