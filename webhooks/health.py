"""Is it alive, is it ready, and a few figures for a monitoring system."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlmodel import col, func, select

from callback.agents.agent import Agent
from callback.calls.call import Call
from callback.promises.callback import Callback
from callback.promises.danger import endangered
from webhooks.requests import Office

router = APIRouter()
log = logging.getLogger(__name__)


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(office: Office, response: Response) -> dict[str, str]:
    """Tell whether promises can be written down; Redis is not needed for that."""
    try:
        async with office.database.reading() as session:
            await (await session.connection()).execute(text("SELECT 1"))
    except Exception as error:  # whatever it is, promises cannot be written down
        log.error("not ready: %s", type(error).__name__)
        response.status_code = 503
        return {"status": "the database does not answer"}
    return {"status": "ok"}


@router.get("/metrics")
async def metrics(office: Office) -> Response:
    """Return counts by status in the Prometheus text format."""
    lines: list[str] = []
    async with office.database.reading() as session:
        for name, table in (("callbacks", Callback), ("calls", Call), ("agents", Agent)):
            rows = await session.exec(
                select(col(table.status), func.count()).group_by(col(table.status))
            )
            lines.append(f"# TYPE callback_{name} gauge")
            lines += [
                f'callback_{name}{{status="{status}"}} {count}' for status, count in rows.all()
            ]
        danger = endangered(office.clock.now()).subquery()
        count = await session.exec(select(func.count()).select_from(danger))
        lines += ["# TYPE callback_in_danger gauge", f"callback_in_danger {count.one()}"]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
