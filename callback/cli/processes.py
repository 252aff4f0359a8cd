"""Commands that run or prepare the processes: serve, worker, migrate, doctor."""

from __future__ import annotations

import runpy

import typer
import uvicorn

from callback.cli.doctor import diagnose
from callback.cli.session import fail, load_settings, run, sentences
from callback.migrations import upgrade

GRACE_SECONDS = 3


def serve() -> None:
    """Run the web process: what Twilio and integrations call."""
    settings = load_settings()
    uvicorn.run(
        "webhooks.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        # Its own handlers would write tracebacks past the one that masks numbers.
        log_config=None,
        access_log=False,
        server_header=False,
        # Pages that are open listen for ever, and must not hold up the end.
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def worker() -> None:
    """Run a worker process: what dials."""
    load_settings()
    # The domain must not import the processes above it, so this one is started by its name.
    runpy.run_module("workers", run_name="__main__")


def migrate() -> None:
    """Bring the database's schema up to date."""
    settings = load_settings()
    with sentences():
        upgrade(settings.database_url)
    typer.echo("The schema is up to date.")


def doctor() -> None:
    """Check settings, database, Redis and Twilio, and say what to do about each that fails."""
    findings = run(diagnose(load_settings()))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.fine else 'FAIL'}  {finding.what}: {finding.detail}")
    if not all(finding.fine for finding in findings):
        fail("Something needs attention.")
