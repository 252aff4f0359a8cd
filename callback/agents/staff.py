"""Use cases: make an agent, change what she does."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AgentStatus, AwayReason
from callback.errors import InvalidInput, NotFound
from callback.ids import new_id
from callback.jobs import JobName
from callback.lines.directory import get_line
from callback.phone import parse_number
from callback.runtime import Work


async def create_agent(
    work: Work,
    name: str,
    endpoint: str,
    line_ids: list[str],
    languages: list[str],
    skills: list[str],
) -> Agent:
    """Make an agent who serves the lines; she is offline until she says otherwise.

    Raises:
        InvalidInput: the endpoint is neither a phone number nor `sip:…` nor `client:…`.
        NotFound: there is no such line.

    """
    country = "US"
    for line_id in line_ids:
        country = (await get_line(work.session, line_id)).country
    agent = Agent(
        id=new_id(work.now),
        name=name,
        endpoint=_endpoint(endpoint, country),
        languages=languages,
        skills=skills,
        status_since=work.now,
        created_at=work.now,
    )
    work.session.add(agent)
    await work.session.flush()
    for line_id in dict.fromkeys(line_ids):
        work.session.add(AgentLine(agent_id=agent.id, line_id=line_id))
    return agent


def _endpoint(text: str, country: str) -> str:
    if text.startswith(("sip:", "client:")) and len(text.partition(":")[2]) > 0:
        return text
    try:
        return parse_number(text, country)
    except InvalidInput as error:
        raise InvalidInput(
            "endpoint", f"{error.reason}; give a number, sip:… or client:…"
        ) from error


async def set_status(
    work: Work, agent_id: str, status: AgentStatus, reason: AwayReason | None = None
) -> Agent:
    """Do what an agent says of herself: at once, or when her call is over.

    Raises:
        NotFound: there is no such agent.

    """
    agent = await work.session.get(Agent, agent_id, with_for_update=True)
    if agent is None:
        raise NotFound("agent", agent_id)
    agent.ask_for(status, work.now, reason)
    work.wake(JobName.DISPATCH)
    return agent


async def lines_of(session: AsyncSession, agent_id: str) -> list[str]:
    """Return the lines that an agent serves."""
    found = await session.exec(
        select(AgentLine.line_id)
        .where(col(AgentLine.agent_id) == agent_id)
        .order_by(col(AgentLine.line_id))
    )
    return list(found.all())
