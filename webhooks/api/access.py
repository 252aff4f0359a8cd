"""Who may use the API: a bearer key with a role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header

from callback.errors import NotAllowed
from callback.keys import ApiKey, Role, find_key
from webhooks.api.problems import NotSignedIn
from webhooks.requests import Office


async def key_of(office: Office, authorization: Annotated[str, Header()] = "") -> ApiKey:
    """Return the key that the request carries."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise NotSignedIn(
            "send “Authorization: Bearer KEY”; `callback api-keys create` makes a key"
        )
    try:
        async with office.database.reading() as session:
            return await find_key(session, secret.strip())
    except NotAllowed as error:
        raise NotSignedIn(str(error)) from error


def at_least(role: Role) -> Callable[[ApiKey], Awaitable[ApiKey]]:
    """Return a dependency that lets only keys of `role` or above pass."""

    async def check(key: Annotated[ApiKey, Depends(key_of)]) -> ApiKey:
        if not key.may(role):
            raise NotAllowed(f"this needs the role {role}; key {key.name!r} has {key.role}")
        return key

    return check
