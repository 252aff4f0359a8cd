"""Commands for the users of the console: make, list, invite, disable, reset."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from callback.cli.session import open_database, run
from callback.keys import Role
from callback.people.link import LinkKind, make_link
from callback.people.members import create_user, disable_user, invite, list_users, user_with
from callback.people.passwords import check_password, hash_password
from callback.people.session import end_sessions
from callback.runtime import Work

users = typer.Typer(help="Users of the console: who signs in.", no_args_is_help=True)


def _link(base: str, secret: str) -> str:
    return f"{base}/password/{secret}"


@users.command("create")
def create(
    email: str,
    name: Annotated[str, typer.Option(help="how others see her")],
    role: Annotated[Role, typer.Option()] = Role.AGENT,
    agent: Annotated[
        str | None, typer.Option(help="the id of the agent whose desk is hers")
    ] = None,
    language: Annotated[str, typer.Option()] = "en",
    password_stdin: Annotated[
        bool, typer.Option(help="read the password from standard input; else a link sets it")
    ] = False,
) -> None:
    """Make a user; print the link with which she sets her password, alone on the last line."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None

    async def make() -> str | None:
        password_hash = None
        if password is not None:
            check_password(password, email, name)
            password_hash = await hash_password(password)
        async with (
            open_database() as (settings, clock, database),
            database.transaction() as session,
        ):
            work = Work(session, clock.now())
            user = await create_user(work, email, name, role, language=language, agent_id=agent)
            if password_hash is not None:
                user.password_hash = password_hash
                return None
            return _link(settings.public_base_url, await invite(work, user))

    link = run(make())
    typer.echo(f"User {email} with the role {role.value}.")
    if link is not None:
        typer.echo("The link sets the password, once, within seven days:")
        typer.echo(link)


@users.command("list")
def list_all() -> None:
    """List the users."""

    async def read() -> list[tuple[str, ...]]:
        async with open_database() as (_, _, database), database.reading() as session:
            return [
                (
                    user.email,
                    user.name,
                    user.role.value,
                    "disabled"
                    if user.disabled_at
                    else "invited"
                    if user.password_hash is None and user.subject is None
                    else "active",
                )
                for user in await list_users(session)
            ]

    table = Table("e-mail", "name", "role", "state")
    for row in run(read()):
        table.add_row(*row)
    Console().print(table)


@users.command("invite")
def invite_again(email: str) -> None:
    """Print a new link with which a user sets her password; earlier ones become useless."""

    async def make() -> str:
        async with (
            open_database() as (settings, clock, database),
            database.transaction() as session,
        ):
            work = Work(session, clock.now())
            return _link(settings.public_base_url, await invite(work, await user_with(work, email)))

    typer.echo(run(make()))


@users.command("disable")
def disable(email: str) -> None:
    """Let a user in no more, at once."""

    async def end() -> None:
        async with open_database() as (_, clock, database), database.transaction() as session:
            work = Work(session, clock.now())
            await disable_user(work, await user_with(work, email))

    run(end())
    typer.echo(f"{email} is disabled.")


@users.command("reset")
def reset(email: str) -> None:
    """Take a user's password away, end her sessions, and print the link that sets a new one."""

    async def make() -> str:
        async with (
            open_database() as (settings, clock, database),
            database.transaction() as session,
        ):
            work = Work(session, clock.now())
            user = await user_with(work, email)
            user.password_hash = None
            await end_sessions(session, user.id, work.now)
            link = await make_link(session, user, LinkKind.RESET, work.now)
            return _link(settings.public_base_url, link)

    typer.echo(run(make()))
