"""Sign in, sign out, and set a password by link."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Form, Request, Response

from callback.errors import InvalidInput, NotAllowed
from callback.keys import Role
from callback.people.link import user_of_link
from callback.people.passwords import SHORTEST
from callback.people.session import Session
from callback.people.signing_in import Browser, TooManyAttempts, sign_in, take_up_link
from webhooks.console.cookies import drop_session, form_secret, keep_form_secret, keep_session
from webhooks.console.navigation import home_of
from webhooks.console.pages import MaybeSignedIn, Pages, SignedIn
from webhooks.console.rendering import go_to, page
from webhooks.requests import Office, runtime_of

pages = Pages()
Text = Annotated[str, Form(max_length=1000)]


def browser_of(request: Request) -> Browser:
    """Return who asks."""
    address = request.client.host if request.client is not None else ""
    return Browser(address, request.headers.get("User-Agent", ""))


async def _form(
    request: Request, template: str, status: int = HTTPStatus.OK, **values: Any
) -> Response:
    """Answer with a form for a stranger, whose browser gets the secret that stands in it."""
    secret = form_secret(request) or secrets.token_urlsafe(32)
    company = bool(runtime_of(request).settings.oidc_issuer)
    answer = await page(
        request, template, status=status, form_secret=secret, company=company, **values
    )
    keep_form_secret(request, answer, secret)
    return answer


def _inside(wanted: str) -> str:
    """Return a path of ours to go on to, or the first page: an address elsewhere is not followed."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if plain and wanted.isprintable() else "/"


@pages.get("/", who=None)
async def front(visitor: MaybeSignedIn) -> Response:
    """Send a user to where she begins, and a stranger to the door."""
    return go_to("/sign-in" if visitor is None else home_of(visitor.user))


@pages.get("/sign-in", who=None)
async def door(
    request: Request,
    next: str = "/",
    company: str = "",
) -> Response:
    """Show the form."""
    wrong = "sign_in.company_failed" if company == "failed" else ""
    return await _form(request, "sign_in.html", wanted=_inside(next), email="", wrong=wrong)


@pages.post("/sign-in", who=None)
async def enter(
    request: Request, office: Office, email: Text = "", password: Text = "", wanted: Text = "/"
) -> Response:
    """Sign in: always with a new session, whatever the browser held before."""
    try:
        secret = await sign_in(office, email, password, browser_of(request))
    except NotAllowed as error:
        many = isinstance(error, TooManyAttempts)
        return await _form(
            request,
            "sign_in.html",
            HTTPStatus.TOO_MANY_REQUESTS if many else HTTPStatus.FORBIDDEN,
            wanted=_inside(wanted),
            email=email,
            wrong="sign_in.too_many" if many else "sign_in.wrong",
        )
    answer = go_to(_inside(wanted))
    keep_session(request, answer, secret)
    return answer


@pages.post("/sign-out", who=Role.AGENT)
async def leave(request: Request, office: Office, visitor: SignedIn) -> Response:
    """End the session, here and in the browser."""
    async with office.work() as work:
        row = await work.session.get_one(Session, visitor.session.id, with_for_update=True)
        row.ended_at = work.now
    answer = go_to("/sign-in")
    drop_session(request, answer)
    return answer


@pages.get("/password/{link}", who=None)
async def choose(request: Request, office: Office, link: str) -> Response:
    """Show the form for a new password, if the link can be used."""
    try:
        async with office.database.reading() as session:
            user = await user_of_link(session, link, office.clock.now())
    except NotAllowed:
        return await _form(request, "bad_link.html", HTTPStatus.NOT_FOUND)
    return await _form(request, "password.html", email=user.email, wrong=False, shortest=SHORTEST)


@pages.post("/password/{link}", who=None)
async def chosen(request: Request, office: Office, link: str, password: Text = "") -> Response:
    """Set the password and sign the user in."""
    try:
        secret = await take_up_link(office, link, password, browser_of(request))
    except NotAllowed:
        return await _form(request, "bad_link.html", HTTPStatus.NOT_FOUND)
    except InvalidInput:
        async with office.database.reading() as session:
            user = await user_of_link(session, link, office.clock.now())
        return await _form(
            request,
            "password.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            email=user.email,
            wrong=True,
            shortest=SHORTEST,
        )
    answer = go_to("/")
    keep_session(request, answer, secret)
    return answer
