"""Users, for administrators: invite, change, disable, and links for new passwords."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Form, Request, Response
from sqlmodel import col, select

from callback.agents.agent import Agent
from callback.errors import InvalidInput, NotAllowed
from callback.keys import Role
from callback.people.members import (
    change_role,
    create_user,
    disable_user,
    enable_user,
    get_user,
    invite,
    link_agent,
    list_users,
)
from callback.runtime import Runtime
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page
from webhooks.console.signing_in import Text
from webhooks.requests import Office

pages = Pages()
Chosen = Annotated[Role, Form()]


async def _users(
    request: Request,
    office: Runtime,
    *,
    status: int = HTTPStatus.OK,
    link: str = "",
    wrong: str = "",
    detail: str = "",
) -> Response:
    async with office.database.reading() as session:
        users = await list_users(session)
        agents = (await session.exec(select(Agent).order_by(col(Agent.name)))).all()
    return await page(
        request,
        "users.html",
        status=status,
        users=users,
        agents={agent.id: agent.name for agent in agents},
        roles=list(Role),
        link=f"{office.settings.public_base_url}/password/{link}" if link else "",
        wrong=wrong,
        detail=detail,
    )


@pages.get("/users", who=Role.ADMIN)
async def users(request: Request, office: Office) -> Response:
    """Show all users."""
    return await _users(request, office)


@pages.post("/users", who=Role.ADMIN)
async def add(
    request: Request,
    office: Office,
    visitor: SignedIn,
    role: Chosen,
    email: Text = "",
    name: Text = "",
    agent_id: Text = "",
) -> Response:
    """Make a user, and show the link of her invitation, this once."""
    try:
        async with office.work() as work:
            by = visitor.user.name
            user = await create_user(work, email, name, role, agent_id=agent_id or None, by=by)
            link = await invite(work, user, by)
    except InvalidInput as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _users(
            request, office, status=status, wrong="users.not_made", detail=str(error)
        )
    return await _users(request, office, link=link)


@pages.post("/users/{user_id}", who=Role.ADMIN)
async def change(
    request: Request,
    office: Office,
    visitor: SignedIn,
    user_id: str,
    role: Chosen,
    agent_id: Text = "",
) -> Response:
    """Change role and desk."""
    try:
        async with office.work() as work:
            user = await get_user(work, user_id)
            await change_role(work, user, role, visitor.user.name)
            await link_agent(work, user, agent_id or None)
    except (InvalidInput, NotAllowed) as error:
        status = HTTPStatus.CONFLICT
        return await _users(
            request, office, status=status, wrong="users.not_made", detail=str(error)
        )
    return go_to("/users")


@pages.post("/users/{user_id}/link", who=Role.ADMIN)
async def new_link(request: Request, office: Office, visitor: SignedIn, user_id: str) -> Response:
    """Show a link with which the user sets a password; earlier ones become useless."""
    async with office.work() as work:
        link = await invite(work, await get_user(work, user_id), visitor.user.name)
    return await _users(request, office, link=link)


@pages.post("/users/{user_id}/disable", who=Role.ADMIN)
async def disable(request: Request, office: Office, visitor: SignedIn, user_id: str) -> Response:
    """Let a user in no more."""
    try:
        async with office.work() as work:
            await disable_user(work, await get_user(work, user_id), visitor.user.name)
    except NotAllowed as error:
        status = HTTPStatus.CONFLICT
        return await _users(
            request, office, status=status, wrong="users.not_made", detail=str(error)
        )
    return go_to("/users")


@pages.post("/users/{user_id}/enable", who=Role.ADMIN)
async def enable(office: Office, visitor: SignedIn, user_id: str) -> Response:
    """Let a user in again."""
    async with office.work() as work:
        enable_user(work, await get_user(work, user_id), visitor.user.name)
    return go_to("/users")
