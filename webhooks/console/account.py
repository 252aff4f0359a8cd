"""One's own account: language, colours, password, and where one is signed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Form, Request, Response

from callback.errors import InvalidInput, NotAllowed, NotFound
from callback.keys import Role
from callback.people.passwords import SHORTEST
from callback.people.session import Session, end_sessions, open_sessions_of
from callback.people.signing_in import change_password
from callback.people.user import Theme, User
from callback.runtime import Runtime
from webhooks.console.cookies import keep_session
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page
from webhooks.console.signing_in import Text, browser_of
from webhooks.console.visitor import Visitor
from webhooks.console.wording import languages
from webhooks.requests import Office

pages = Pages()


async def _account(
    request: Request,
    office: Runtime,
    visitor: Visitor,
    wrong: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    async with office.database.reading() as session:
        sessions = await open_sessions_of(session, visitor.user.id, office.clock.now())
    return await page(
        request,
        "account.html",
        status=status,
        sessions=sessions,
        own=visitor.session.id,
        languages=languages(),
        themes=list(Theme),
        shortest=SHORTEST,
        wrong=wrong,
    )


@pages.get("/account", who=Role.AGENT)
async def account(request: Request, office: Office, visitor: SignedIn) -> Response:
    """Show the account."""
    return await _account(request, office, visitor)


@pages.post("/account", who=Role.AGENT)
async def change(
    office: Office,
    visitor: SignedIn,
    language: Annotated[str, Form()],
    theme: Annotated[Theme, Form()],
) -> Response:
    """Change language and colours."""
    if language not in languages():
        raise InvalidInput("language", f"there are {', '.join(languages())}")
    async with office.work() as work:
        user = await work.session.get_one(User, visitor.user.id, with_for_update=True)
        user.language, user.theme = language, theme
    return go_to("/account")


@pages.post("/account/password", who=Role.AGENT)
async def new_password(
    request: Request, office: Office, visitor: SignedIn, old: Text = "", new: Text = ""
) -> Response:
    """Change the password; every other session ends, and this one gets a new secret."""
    try:
        secret = await change_password(office, visitor.user, old, new, browser_of(request))
    except NotAllowed:
        return await _account(
            request, office, visitor, "account.wrong_password", HTTPStatus.FORBIDDEN
        )
    except InvalidInput:
        return await _account(
            request, office, visitor, "account.weak_password", HTTPStatus.UNPROCESSABLE_ENTITY
        )
    answer = go_to("/account")
    keep_session(request, answer, secret)
    return answer


@pages.post("/account/sessions/end", who=Role.AGENT)
async def end_others(office: Office, visitor: SignedIn) -> Response:
    """End all of one's sessions but this one."""
    async with office.work() as work:
        await end_sessions(work.session, visitor.user.id, work.now, but=visitor.session.id)
    return go_to("/account")


@pages.post("/account/sessions/{session_id}/end", who=Role.AGENT)
async def end_one(office: Office, visitor: SignedIn, session_id: str) -> Response:
    """End one of one's own sessions."""
    async with office.work() as work:
        row = await work.session.get(Session, session_id, with_for_update=True)
        if row is None or row.user_id != visitor.user.id:
            raise NotFound("session", session_id)
        row.ended_at = work.now
    return go_to("/account")
