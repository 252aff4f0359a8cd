"""Commands that make lines, agents and API keys."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from callback.agents.presence import AgentStatus
from callback.agents.staff import create_agent, set_status
from callback.audit import COMMAND_LINE, AuditEvent, write_down
from callback.cli.session import open_database, run
from callback.keys import Role, create_key
from callback.lines.directory import line_named
from callback.lines.editing import create_line
from callback.runtime import Work

api_keys = typer.Typer(help="Keys for the JSON API.", no_args_is_help=True)
lines = typer.Typer(help="Lines: what people call.", no_args_is_help=True)
agents = typer.Typer(help="Agents: who answers.", no_args_is_help=True)


@api_keys.command("create")
def create_api_key(name: str, role: Annotated[Role, typer.Option()] = Role.AGENT) -> None:
    """Make an API key and print it, this once, alone on the last line."""

    async def make() -> str:
        async with open_database() as (_, clock, database), database.transaction() as session:
            now = clock.now()
            write_down(session, now, COMMAND_LINE, AuditEvent.KEY_CREATED, name, role)
            return create_key(session, name, role, now)

    secret = run(make())
    typer.echo(f"Key {name!r} with the role {role.value}. It is shown only now:")
    typer.echo(secret)


@lines.command("create")
def create_a_line(
    name: str,
    number: Annotated[list[str], typer.Option(help="a phone number, E.164; repeat for more")],
    zone: Annotated[str, typer.Option(help="an IANA zone, such as America/Los_Angeles")],
) -> None:
    """Make a line and print its id."""

    async def make() -> str:
        async with open_database() as (_, clock, database), database.transaction() as session:
            fields: dict[str, Any] = {"name": name, "numbers": number, "time_zone": zone}
            return (await create_line(Work(session, clock.now()), fields, COMMAND_LINE)).id

    typer.echo(run(make()))


@agents.command("create")
def create_an_agent(
    name: str,
    endpoint: Annotated[str, typer.Option(help="+1…, sip:… or client:…")],
    line: Annotated[list[str], typer.Option(help="a line's name or id; repeat for more")],
    available: Annotated[bool, typer.Option(help="available at once")] = False,
) -> None:
    """Make an agent and print the id."""

    async def make() -> str:
        async with open_database() as (_, clock, database), database.transaction() as session:
            work = Work(session, clock.now())
            ids = [(await line_named(session, found)).id for found in line]
            agent = await create_agent(work, name, endpoint, ids, ["en"], [])
            if available:
                await session.flush()
                await set_status(work, agent.id, AgentStatus.AVAILABLE)
            return agent.id

    typer.echo(run(make()))
