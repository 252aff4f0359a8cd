"""Agents over the API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import col, select

from callback.agents.agent import Agent
from callback.agents.staff import create_agent, lines_of, set_status
from callback.errors import NotFound
from callback.keys import Role
from webhooks.api.access import Caller, at_least
from webhooks.api.pages import Cursor, Limit, page_of
from webhooks.api.shapes import NewAgent, Presence
from webhooks.api.views import agent_view
from webhooks.requests import Office

router = APIRouter(prefix="/agents")


@router.post("", status_code=201, dependencies=[Depends(at_least(Role.ADMIN))])
async def create(new: NewAgent, office: Office) -> dict[str, Any]:
    """Make an agent."""
    async with office.work() as work:
        agent = await create_agent(
            work, new.name, new.endpoint, new.line_ids, new.languages, new.skills
        )
        await work.session.flush()
        return agent_view(agent, await lines_of(work.session, agent.id))


@router.get("", dependencies=[Depends(at_least(Role.AGENT))])
async def list_agents(office: Office, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """List the agents."""
    async with office.database.reading() as session:
        agents, following = await page_of(session, select(Agent), col(Agent.id), cursor, limit)
        items = [agent_view(agent, await lines_of(session, agent.id)) for agent in agents]
    return {"items": items, "next": following}


@router.get("/{agent_id}", dependencies=[Depends(at_least(Role.AGENT))])
async def show(agent_id: str, office: Office) -> dict[str, Any]:
    """Show an agent."""
    async with office.database.reading() as session:
        agent = await session.get(Agent, agent_id)
        if agent is None:
            raise NotFound("agent", agent_id)
        return agent_view(agent, await lines_of(session, agent_id))


@router.put("/{agent_id}/status")
async def change_status(
    agent_id: str,
    presence: Presence,
    office: Office,
    caller: Annotated[Caller, Depends(at_least(Role.AGENT))],
) -> dict[str, Any]:
    """Be available, away or offline: at once, or after the present call."""
    caller.check_self(agent_id)
    async with office.work() as work:
        agent = await set_status(work, agent_id, presence.status, presence.reason)
        return agent_view(agent, await lines_of(work.session, agent_id))
