"""Who asks for a page: the session in the cookie and its user, looked up once a request."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from fastapi import Request

from callback.errors import NotAllowed
from callback.keys import Role
from callback.people.session import TOUCH_EVERY, Session, find_session
from callback.people.user import User
from webhooks.console.cookies import form_secret, session_secret
from webhooks.requests import runtime_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_HEADER = "X-Form-Secret"
FORM_FIELD = "form_secret"
BY_ITSELF = "X-By-Itself"
"""A page that looks for news sends this, lest it keep a session alive that nobody sits at."""


class SignInFirst(Exception):
    """The page is for users, and the request has no open session."""


class WrongForm(NotAllowed):
    """A form without the secret of its session: sent by another site, or left open too long."""


@dataclass(frozen=True)
class Visitor:
    """A signed-in user and her session."""

    user: User
    session: Session

    @property
    def agent_id(self) -> str:
        """The agent whose desk is the user's.

        Raises:
            NotAllowed: the user has no desk.

        """
        if self.user.agent_id is None:
            raise NotAllowed("this account has no desk; an administrator can give it one")
        return self.user.agent_id


async def find_visitor(request: Request) -> Visitor | None:
    """Return who is signed in, or None."""
    if hasattr(request.state, "visitor"):
        found: Visitor | None = request.state.visitor
        return found
    request.state.visitor = visitor = await _look_up(request)
    return visitor


async def _look_up(request: Request) -> Visitor | None:
    secret = session_secret(request)
    if not secret:
        return None
    runtime = runtime_of(request)
    now = runtime.clock.now()
    async with runtime.database.reading() as session:
        found = await find_session(session, secret, now)
    if found is None:
        return None
    if now - found[0].seen_at >= TOUCH_EVERY and BY_ITSELF not in request.headers:
        async with runtime.database.transaction() as writing:
            row = await writing.get_one(Session, found[0].id, with_for_update=True)
            row.seen_at = max(row.seen_at, now)
    return Visitor(user=found[1], session=found[0])


async def check_visitor(request: Request, least: Role) -> Visitor:
    """Return who is signed in, if she may do what `least` may and did send the form herself.

    Raises:
        SignInFirst: nobody is signed in.
        NotAllowed: her role is not enough.
        WrongForm: the form is not one of ours.

    """
    visitor = await find_visitor(request)
    if visitor is None:
        raise SignInFirst
    if request.method not in SAFE:
        await check_form(request, visitor.session.form_secret)
    if not visitor.user.may(least):
        raise NotAllowed(
            f"this needs the role {least}; {visitor.user.email} has {visitor.user.role}"
        )
    return visitor


async def check_form(request: Request, secret: str) -> None:
    """Refuse a form that does not carry the secret.

    Raises:
        WrongForm: it does not.

    """
    sent = request.headers.get(FORM_HEADER, "")
    if not sent:
        sent = str((await request.form()).get(FORM_FIELD, ""))
    if not secret or not hmac.compare_digest(sent.encode(), secret.encode()):
        raise WrongForm("the form was open for too long; load the page and send it again")


async def check_stranger(request: Request) -> None:
    """Refuse a form of who is not signed in, unless her own browser got it from us."""
    if request.method not in SAFE:
        await check_form(request, form_secret(request))
