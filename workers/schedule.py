"""What a worker does by the clock: forecasts by night, the outlook by the minute, reports, the clean-up.

arq wakes one worker of all; which lines are due is decided by our own clock and the database.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, cast

from arq.cron import CronJob, cron
from arq.typing import WorkerCoroutine
from sqlmodel import col, select

from callback.calls.nightly_forecast import forecast_is_due, keep_forecast
from callback.calls.redials import mark_redials
from callback.errors import InvalidInput, SetupError
from callback.lines.line import Line
from callback.messages.forgetting import forget_texts
from callback.promises.foresight import keep_outlook
from callback.reporting.mailing import mail_reports
from callback.runtime import Runtime

log = logging.getLogger(__name__)

Context = dict[str, Any]

AGAIN_AFTER = timedelta(hours=1)
"""A line whose log is too short is looked at again after so long, not every minute."""
LONGEST_SECONDS = 600
LOOKED_BACK = timedelta(days=2)
HURRIED_SECONDS = set(range(0, 60, 5))


async def look_ahead(context: Context) -> None:
    """Forecast the lines whose day has begun, and renew every line's outlook."""
    runtime: Runtime = context["runtime"]
    refused: dict[str, datetime] = context.setdefault("forecast_refused", {})
    async with runtime.database.reading() as session:
        lines = list((await session.exec(select(Line).order_by(col(Line.id)))).all())
    for line in lines:
        try:
            await _mark_redials(runtime, line)
            await _forecast(runtime, line, refused)
            await keep_outlook(runtime.database, line, runtime.clock.now())
        except Exception:
            log.exception("no outlook for line %s; the next minute tries again", line.id)


async def forget(context: Context) -> None:
    """Delete the texts that were kept for long enough."""
    gone = await forget_texts(context["runtime"])
    if gone:
        log.info("%d texts were kept for long enough and are deleted", gone)


async def send_reports(context: Context) -> None:
    """E-mail the reports that are due."""
    try:
        await mail_reports(context["runtime"])
    except SetupError as error:
        log.error("no report is e-mailed: %s", error)


async def _mark_redials(runtime: Runtime, line: Line) -> None:
    now = runtime.clock.now()
    async with runtime.database.transaction() as session:
        await mark_redials(session, line, now - LOOKED_BACK, now)


async def _forecast(runtime: Runtime, line: Line, refused: dict[str, datetime]) -> None:
    now = runtime.clock.now()
    if line.id in refused and now - refused[line.id] < AGAIN_AFTER:
        return
    async with runtime.database.reading() as session:
        if not await forecast_is_due(session, line, now):
            return
    try:
        await keep_forecast(runtime.database, line, now)
    except InvalidInput as error:
        refused[line.id] = now
        log.info("no forecast for line %s: %s", line.id, error)


def cron_jobs(*, hurried: bool) -> list[CronJob]:
    """Return what arq is to wake a worker for; more often where our clock runs faster than arq's."""
    return [
        _by_clock(look_ahead, second=HURRIED_SECONDS if hurried else 0),
        _by_clock(send_reports, second=HURRIED_SECONDS if hurried else 30),
        _by_clock(forget, minute=None if hurried else 17, second=45),
    ]


def _by_clock(
    job: Callable[[Context], Awaitable[None]],
    *,
    minute: int | None = None,
    second: int | set[int],
) -> CronJob:
    """Return a job that is tried once, and whose next time comes anyway."""
    return cron(
        cast(WorkerCoroutine, job),
        name=job.__name__,
        minute=minute,
        second=second,
        timeout=LONGEST_SECONDS,
        max_tries=1,
        keep_result=0,
    )
