"""Attempts to sign in, and how many are allowed: counted in the database, for all processes together."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.ids import new_id

SPAN = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 50
KEPT = timedelta(days=1)


class SignInAttempt(SQLModel, table=True):
    """An attempt. `account` is a hash: people type passwords into the wrong field."""

    __tablename__ = "sign_in_attempt"

    id: str = Field(primary_key=True, max_length=32)
    account: str = Field(index=True, max_length=64)
    address: str = Field(index=True, max_length=64)
    at: datetime
    succeeded: bool = False


def too_many(of_account: int, of_address: int) -> bool:
    """Tell whether nobody may try again for now, given the failures of the last quarter of an hour.

    Five for one account, or fifty from one address, which may be a whole company's. An account is locked
    for at most a quarter of an hour, so that nobody can be shut out for long by somebody else.
    """
    return of_account >= PER_ACCOUNT or of_address >= PER_ADDRESS


async def count_attempt(
    session: AsyncSession, email: str, address: str, now: datetime
) -> SignInAttempt | None:
    """Write an attempt down as failed before the password is looked at; None if there were too many.

    Attempts on one account are counted one after the other, so that a hundred at once are no way around.
    """
    account = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    if session.get_bind().dialect.name == "postgresql":
        await session.exec(select(func.pg_advisory_xact_lock(int(account[:15], 16))))
    await session.exec(delete(SignInAttempt).where(col(SignInAttempt.at) < now - KEPT))
    failures = [
        (
            await session.exec(
                select(func.count())
                .select_from(SignInAttempt)
                .where(
                    column == value,
                    col(SignInAttempt.at) > now - SPAN,
                    col(SignInAttempt.succeeded).is_(False),
                )
            )
        ).one()
        for column, value in (
            (col(SignInAttempt.account), account),
            (col(SignInAttempt.address), address[:64]),
        )
    ]
    if too_many(*failures):
        return None
    attempt = SignInAttempt(id=new_id(now), account=account, address=address[:64], at=now)
    session.add(attempt)
    return attempt


async def forgive(session: AsyncSession, account: str) -> None:
    """Forget the failures of an account whose password was given."""
    await session.exec(
        delete(SignInAttempt).where(
            col(SignInAttempt.account) == account, col(SignInAttempt.succeeded).is_(False)
        )
    )
