"""Passwords: what is accepted, and how one is kept (argon2id, with the library's current parameters)."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from callback.errors import InvalidInput

SHORTEST = 12
LONGEST = 256


@lru_cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache
def _nobodys_hash() -> str:
    return _hasher().hash("a password that nobody has")


def check_password(password: str, *own_words: str) -> None:
    """Accept a password by its length alone, as NIST SP 800-63B advises; no rules about signs.

    Raises:
        InvalidInput: it is too short or too long, or is one of the user's own words.

    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput("password", f"takes {SHORTEST} to {LONGEST} characters")
    if password.lower() in {word.lower() for word in own_words} or len(set(password)) < 4:
        raise InvalidInput("password", "is too easy to guess")


async def hash_password(password: str) -> str:
    """Return what is stored of a password; it takes about 50 ms and 64 MB, by intent."""
    return await asyncio.to_thread(_hasher().hash, password)


async def is_password(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is the one of which the hash was stored.

    Without a hash the same work is done in vain, so that time does not tell who has an account.
    """
    return await asyncio.to_thread(_verify, password_hash, password)


def _verify(password_hash: str | None, password: str) -> bool:
    if len(password) > LONGEST:
        return False
    try:
        _hasher().verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with parameters that are no longer the library's."""
    return _hasher().check_needs_rehash(password_hash)
