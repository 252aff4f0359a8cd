"""API keys: shown once, stored as a hash, each with a name and a role."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.columns import words
from callback.errors import NotAllowed
from callback.ids import new_id

PREFIX = "cb_"


class Role(StrEnum):
    """Who may do what; each may all that the ones before it may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    ADMIN = "admin"


_RANK = {role: rank for rank, role in enumerate(Role)}


def allows(role: Role, least: Role) -> bool:
    """Tell whether `role` may do what `least` may."""
    return _RANK[role] >= _RANK[least]


class ApiKey(SQLModel, table=True):
    """A key. The secret has 256 random bits, so a plain SHA-256 of it cannot be searched."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    role: Role = Field(sa_type=words(Role))
    digest: str = Field(unique=True, max_length=64)
    created_at: datetime
    revoked_at: datetime | None = None

    def may(self, role: Role) -> bool:
        """Tell whether this key may do what `role` may."""
        return allows(self.role, role)


def digest_of(secret: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_key(session: AsyncSession, name: str, role: Role, now: datetime) -> str:
    """Add a key and return its secret, which is not kept anywhere."""
    secret = PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiKey(id=new_id(now), name=name, role=role, digest=digest_of(secret), created_at=now)
    )
    return secret


async def find_key(session: AsyncSession, secret: str) -> ApiKey:
    """Return the key with this secret.

    Raises:
        NotAllowed: there is none, or it was revoked.

    """
    found = await session.exec(
        select(ApiKey).where(
            col(ApiKey.digest) == digest_of(secret), col(ApiKey.revoked_at).is_(None)
        )
    )
    key = found.first()
    if key is None:
        raise NotAllowed("the API key is unknown or was revoked")
    return key
