"""Who may use the API: a bearer key with a role, or a user of the console in her session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from callback.errors import NotAllowed
from callback.keys import Role, allows, find_key
from webhooks.api.problems import NotSignedIn
from webhooks.console.visitor import SAFE, check_form, find_visitor
from webhooks.requests import Office


@dataclass(frozen=True)
class Caller:
    """Who asks. `identity` is the key's or the user's own.

    `agent_id` is set for a user, who as an agent may change no other agent's state.
    """

    identity: str
    name: str
    role: Role
    is_user: bool = False
    agent_id: str | None = None

    def check_self(self, agent_id: str) -> None:
        """Refuse what only the agent herself, somebody above her, or an integration may do.

        Raises:
            NotAllowed: another agent asks.

        """
        if self.is_user and self.role == Role.AGENT and self.agent_id != agent_id:
            raise NotAllowed(f"{self.name} may do this for nobody but her own agent")


async def caller_of(
    request: Request, office: Office, authorization: Annotated[str, Header()] = ""
) -> Caller:
    """Return who asks: by the key in the request, else by the session in the cookie.

    A session's requests that change something carry its form secret in the header `X-Form-Secret`.
    """
    if not authorization:
        visitor = await find_visitor(request)
        if visitor is not None:
            if request.method not in SAFE:
                await check_form(request, visitor.session.form_secret)
            return Caller(
                visitor.user.id, visitor.user.email, visitor.user.role, True, visitor.user.agent_id
            )
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise NotSignedIn(
            "send “Authorization: Bearer KEY”; `callback api-keys create` makes a key"
        )
    try:
        async with office.database.reading() as session:
            key = await find_key(session, secret.strip())
    except NotAllowed as error:
        raise NotSignedIn(str(error)) from error
    return Caller(key.id, f"key {key.name!r}", key.role)


def at_least(role: Role) -> Callable[[Caller], Awaitable[Caller]]:
    """Return a dependency that lets only callers with `role` or above pass."""

    async def check(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if not allows(caller.role, role):
            raise NotAllowed(f"this needs the role {role}; {caller.name} has {caller.role}")
        return caller

    return check
