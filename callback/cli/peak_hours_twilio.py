"""What `callback import-calls` does with Twilio's own log: over its API, or from a file of its bulk export."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from callback.calls.demand import find_line
from callback.calls.twilio_importing import import_export, import_twilio, is_export
from callback.cli.peak_hours_import import print_result
from callback.cli.session import load_settings
from callback.clock import Clock
from callback.database import Database
from callback.errors import SetupError
from callback.telephony.twilio import TwilioTelephony

BACK = timedelta(days=90)
PAUSE_SECONDS = 0.25
"""Four pages of a thousand calls a second at most, far below what Twilio allows."""


async def show_twilio_import(
    console: Console, database: Database, clock: Clock, line_name: str, since: date | None
) -> None:
    """Ask Twilio for the calls of a line, with a bar to watch, and print what became of them.

    Raises:
        SetupError: no account is set.

    """
    settings = load_settings()
    if not settings.twilio_account_sid or not settings.twilio_auth_token:
        raise SetupError("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must be set to ask Twilio")
    async with database.reading() as session:
        line = await find_line(session, line_name)
    now = clock.now()
    first = since or (now - BACK).astimezone(UTC).date()
    telephony = TwilioTelephony(
        settings.twilio_account_sid,
        settings.twilio_auth_token[0].get_secret_value(),
        settings.twilio_api_base_url,
    )
    try:
        with _bar(console) as bar:
            task = bar.add_task("Twilio", total=None)

            def moved(day: date, done: int, days: int) -> None:
                bar.update(task, description=day.isoformat(), completed=done, total=days)

            result = await import_twilio(database, telephony, line, first, now, _pause, moved)
    finally:
        await telephony.close()
    print_result(console, result, f"Twilio's log since {first} into {line.name}", line.zone)


async def show_export_import(
    console: Console, database: Database, clock: Clock, line_name: str, path: Path
) -> bool:
    """Import a file of Twilio's bulk export, and tell whether it is one; print what became of its calls."""
    if not is_export(path):
        return False
    async with database.reading() as session:
        line = await find_line(session, line_name)
    result = await import_export(database, line, path, clock.now())
    print_result(console, result, f"{path.name} into {line.name}", line.zone)
    return True


async def _pause() -> None:
    await asyncio.sleep(PAUSE_SECONDS)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
