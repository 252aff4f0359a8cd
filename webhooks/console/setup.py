"""Setting up, step by step: the account, a line with a number, where that leads, a trial call, agents."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent
from callback.dialing.trying_out import ask_for_trial, newest_trials
from callback.errors import InvalidInput, TelephonyError
from callback.keys import Role
from callback.lines.editing import create_line
from callback.lines.line import Line, LineNumber
from callback.people.user import User
from callback.phone import zones_of
from callback.runtime import Runtime
from callback.telephony.port import Numbers, OwnedNumber
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page
from webhooks.console.setup_steps import SetupFacts, steps_of, told, why
from webhooks.console.signing_in import Text
from webhooks.requests import Office

pages = Pages()

SHOWN_TRIALS = 5


@pages.get("/setup", who=Role.MANAGER)
async def setup(request: Request, office: Office, visitor: SignedIn) -> Response:
    """Show the steps, with the next one to do before all others."""
    return await _page(request, office, visitor.user)


async def _page(
    request: Request, office: Runtime, user: User, wrong: str = "", detail: str = ""
) -> Response:
    owned, trouble = await _owned(office)
    async with office.database.reading() as session:
        numbers = {
            row.number: row.line_id for row in (await session.exec(select(LineNumber))).all()
        }
        lines = (await session.exec(select(Line).order_by(col(Line.name), col(Line.id)))).all()
        agents = (await session.exec(select(func.count()).select_from(Agent))).one()
        users = (await session.exec(select(func.count()).select_from(User))).one()
        trials = await newest_trials(session, SHOWN_TRIALS)
        phones = await _phones(session, user)
    here = office.addresses.of_number()
    leads_here = {each.sid: each.addresses == here for each in owned}
    missing = sorted(set(numbers) - {each.number for each in owned})
    facts = SetupFacts(
        reached=not trouble,
        reachable=_reachable(office),
        lines=numbers,
        astray=[
            *missing,
            *(each.number for each in owned if each.number in numbers and not leads_here[each.sid]),
        ],
        worked=any(trial.worked for trial, _ in trials),
        agents=agents,
        users=users,
    )
    now = office.clock.now()
    return await page(
        request,
        "setup.html",
        zone=trials[0][1].zone if trials else None,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        wrong=wrong,
        detail=detail,
        steps=steps_of(facts),
        owned=owned,
        trouble=trouble,
        leads_here=leads_here,
        numbers=numbers,
        missing=missing,
        free=[each for each in owned if each.number not in numbers],
        lines=lines,
        agents=agents,
        users=users,
        public=office.settings.public_base_url,
        trials=[(trial, line, told(trial, now), why(trial)) for trial, line in trials],
        phones=phones,
        admin=user.may(Role.ADMIN),
    )


def _reachable(office: Runtime) -> bool:
    simulated = bool(office.settings.twilio_api_base_url)
    return office.settings.public_base_url.startswith("https:") or simulated


async def _phones(session: AsyncSession, user: User) -> list[tuple[str, str]]:
    """Return the telephones of agents with their names, the user's own first."""
    agents = (await session.exec(select(Agent).order_by(col(Agent.name), col(Agent.id)))).all()
    own_first = sorted(agents, key=lambda agent: agent.id != user.agent_id)
    return [(agent.endpoint, agent.name) for agent in own_first if agent.endpoint.startswith("+")]


async def _owned(office: Runtime) -> tuple[list[OwnedNumber], str]:
    if not office.settings.twilio_account_sid or not office.settings.twilio_auth_token:
        return [], "setup.no_credentials"
    if not isinstance(office.telephony, Numbers):
        return [], "setup.no_numbers"
    try:
        return await office.telephony.owned_numbers(), ""
    except TelephonyError:
        return [], "setup.not_reached"


@pages.post("/setup/lines", who=Role.ADMIN)
async def open_line(
    request: Request,
    office: Office,
    visitor: SignedIn,
    name: Text = "",
    sid: Text = "",
    time_zone: Text = "",
) -> Response:
    """Make a line with a number of the account, and lead the number here."""
    owned, _ = await _owned(office)
    number = next((each.number for each in owned if each.sid == sid), "")
    zones = zones_of(number) if number else ()
    zone = time_zone.strip() or (zones[0] if len(zones) == 1 else "")
    fields: dict[str, Any] = {"name": name.strip()[:80], "numbers": [number], "time_zone": zone}
    try:
        async with office.work() as work:
            await create_line(work, fields, visitor.user.name)
    except InvalidInput as error:
        return await _page(request, office, visitor.user, "lines.not_made", str(error))
    except IntegrityError:
        return await _page(request, office, visitor.user, "lines.not_made", number)
    return await lead(office, sid)


@pages.post("/setup/numbers", who=Role.ADMIN)
async def lead(office: Office, sid: Text = "") -> Response:
    """Let calls and messages of a number come here."""
    if sid and isinstance(office.telephony, Numbers):
        await office.telephony.lead_number(sid, office.addresses.of_number())
    return go_to("/setup")


@pages.post("/setup/calls", who=Role.MANAGER)
async def try_line(
    request: Request, office: Office, visitor: SignedIn, line_id: Text = "", number: Text = ""
) -> Response:
    """Have a number rung once by a line; what becomes of it is shown on the page."""
    try:
        async with office.work() as work:
            await ask_for_trial(work, line_id, number, visitor.user.name)
    except InvalidInput:
        return await _page(request, office, visitor.user, "setup.bad_number")
    return go_to("/setup")
