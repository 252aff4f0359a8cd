"""The tree of commands."""

from __future__ import annotations

import typer

from callback.cli import peak_hours, people, processes, users
from callback.demo.command import demo

app = typer.Typer(
    name="callback",
    help="Keeps the promise “we will call you back”.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (processes.serve, processes.worker, processes.migrate, processes.doctor):
    app.command()(command)
app.command("demo")(demo)
app.registered_commands += peak_hours.app.registered_commands
app.add_typer(people.lines, name="lines")
app.add_typer(people.agents, name="agents")
app.add_typer(people.api_keys, name="api-keys")
app.add_typer(users.users, name="users")
