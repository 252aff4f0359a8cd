"""Lines over the API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import col, select

from callback.errors import NotFound
from callback.keys import Role
from callback.lines.changes import publish
from callback.lines.directory import get_line, line_numbers_of
from callback.lines.editing import create_line
from callback.lines.line import Line
from callback.promises.load import load_of
from callback.reporting.live import live_figures
from webhooks.api.access import Caller, at_least
from webhooks.api.pages import Cursor, Limit, page_of
from webhooks.api.shapes import LineSettings, NewLine
from webhooks.api.views import line_view
from webhooks.requests import Office

router = APIRouter(prefix="/lines")
Admin = Depends(at_least(Role.ADMIN))
Reader = Depends(at_least(Role.AGENT))


@router.post("", status_code=201)
async def create(new: NewLine, office: Office, caller: Annotated[Caller, Admin]) -> dict[str, Any]:
    """Make a line."""
    async with office.work() as work:
        line = await create_line(work, new.given(), caller.name)
        await work.session.flush()
        return line_view(line, await line_numbers_of(work.session, line.id))


@router.get("", dependencies=[Reader])
async def list_lines(office: Office, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """List the lines."""
    async with office.database.reading() as session:
        lines, following = await page_of(session, select(Line), col(Line.id), cursor, limit)
        items = [line_view(line, await line_numbers_of(session, line.id)) for line in lines]
    return {"items": items, "next": following}


@router.get("/{line_id}", dependencies=[Reader])
async def show(line_id: str, office: Office) -> dict[str, Any]:
    """Show a line."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        return line_view(line, await line_numbers_of(session, line_id))


@router.patch("/{line_id}")
async def change(
    line_id: str, settings: LineSettings, office: Office, caller: Annotated[Caller, Admin]
) -> dict[str, Any]:
    """Change what is given of a line."""
    async with office.work() as work:
        line = await work.session.get(Line, line_id, with_for_update=True)
        if line is None:
            raise NotFound("line", line_id)
        await publish(work, line, settings.given(), caller.name)
        await work.session.flush()
        return line_view(line, await line_numbers_of(work.session, line_id))


@router.get("/{line_id}/wait", dependencies=[Reader])
async def wait(line_id: str, office: Office) -> dict[str, Any]:
    """Tell the wait of somebody who would call now; nulls if nobody is at work."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        load = await load_of(session, line, office.clock.now())
    estimate = load.wait()
    return {
        "line_id": line_id,
        "waiting": load.ahead,
        "agents": load.agents,
        "expected_wait_seconds": estimate and round(estimate.expected.total_seconds()),
        "low_seconds": estimate and round(estimate.low.total_seconds()),
        "high_seconds": estimate and round(estimate.high.total_seconds()),
    }


@router.get("/{line_id}/live", dependencies=[Reader])
async def live(line_id: Annotated[str, "a line's id"], office: Office) -> dict[str, Any]:
    """Tell what goes on on a line right now."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        return await live_figures(session, line, office.clock.now())
