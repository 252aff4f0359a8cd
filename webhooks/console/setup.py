"""Setting up: is Twilio reached, do its numbers lead here, are there lines and agents; and how to mend it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request, Response
from sqlmodel import func, select

from callback.agents.agent import Agent
from callback.errors import TelephonyError
from callback.keys import Role
from callback.lines.line import LineNumber
from callback.people.user import User
from callback.runtime import Runtime
from callback.telephony.port import Numbers, OwnedNumber
from webhooks.console.pages import Pages
from webhooks.console.rendering import go_to, page
from webhooks.requests import Office

pages = Pages()


@pages.get("/setup", who=Role.ADMIN)
async def setup(request: Request, office: Office) -> Response:
    """Show what is there and what is missing, in the order in which it is done."""
    owned, trouble = await _owned(office)
    async with office.database.reading() as session:
        lines = {row.number: row.line_id for row in (await session.exec(select(LineNumber))).all()}
        agents = (await session.exec(select(func.count()).select_from(Agent))).one()
        users = (await session.exec(select(func.count()).select_from(User))).one()
    here = office.addresses.of_number()
    return await page(
        request,
        "setup.html",
        owned=owned,
        trouble=trouble,
        leads_here={each.sid: each.addresses == here for each in owned},
        lines=lines,
        missing=sorted(set(lines) - {each.number for each in owned}),
        agents=agents,
        users=users,
        public=office.settings.public_base_url,
        reachable=office.settings.public_base_url.startswith("https:")
        or bool(office.settings.twilio_api_base_url),
    )


async def _owned(office: Runtime) -> tuple[list[OwnedNumber], str]:
    if not office.settings.twilio_account_sid or not office.settings.twilio_auth_token:
        return [], "setup.no_credentials"
    if not isinstance(office.telephony, Numbers):
        return [], "setup.no_numbers"
    try:
        return await office.telephony.owned_numbers(), ""
    except TelephonyError:
        return [], "setup.not_reached"


@pages.post("/setup/numbers", who=Role.ADMIN)
async def lead(office: Office, sid: Annotated[str, Form()] = "") -> Response:
    """Let calls and messages of a number come here."""
    if sid and isinstance(office.telephony, Numbers):
        await office.telephony.lead_number(sid, office.addresses.of_number())
    return go_to("/setup")
