"""Who is planned to be at work, over the API: a plan goes in as CSV, calendar or JSON, and is shown as JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, Field, ValidationError

from callback.agents.shift import PlannedShift, Shift, replace_plan, shifts_between
from callback.agents.shifts_file import LARGEST_BYTES, read_plan
from callback.errors import InvalidInput
from callback.keys import Role
from callback.lines.directory import get_line
from webhooks.api.access import at_least
from webhooks.api.shapes import Name, Strict
from webhooks.api.views import instant
from webhooks.requests import Office

router = APIRouter(prefix="/lines/{line_id}/plan")
LONGEST_LOOK = timedelta(days=120)


class ShiftShape(Strict):
    """A shift: somebody's own, or a number of agents."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    agents: Annotated[float, Field(ge=0, le=10_000)] = 1.0
    name: Name | None = None


class Plan(Strict):
    """A plan as JSON."""

    shifts: Annotated[list[ShiftShape], Field(max_length=50_000)]


@router.put("", dependencies=[Depends(at_least(Role.MANAGER))])
async def replace(line_id: str, request: Request, office: Office) -> dict[str, Any]:
    """Plan these shifts instead of whatever begins on the days that they cover.

    The body is CSV (`start,end` with `name` or `agents`, or `start,agents`), an iCalendar, or JSON
    `{"shifts": [...]}`. Callers are offered what it leaves room for within a minute.
    """
    content = await _body(request)
    async with office.work() as work:
        line = await get_line(work.session, line_id)
        if request.headers.get("Content-Type", "").startswith("application/json"):
            shifts = _from_json(content)
        else:
            shifts = read_plan(content, line.zone, work.now)
        gone = await replace_plan(work, line, shifts)
    return {"line_id": line_id, "planned": len(shifts), "replaced": gone}


@router.get("", dependencies=[Depends(at_least(Role.SUPERVISOR))])
async def show(
    line_id: str,
    office: Office,
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """List the shifts between two instants, by default the coming week; at most 120 days."""
    since = start or office.clock.now()
    until = end or since + timedelta(days=7)
    if not timedelta(0) < until - since <= LONGEST_LOOK:
        raise InvalidInput("to", "must lie after from, by at most 120 days")
    async with office.database.reading() as session:
        await get_line(session, line_id)
        shifts = await shifts_between(session, line_id, since, until)
    return {"items": [shift_view(shift) for shift in shifts], "next": None}


def shift_view(shift: Shift) -> dict[str, Any]:
    """Return a shift."""
    return {
        "id": shift.id,
        "starts_at": instant(shift.starts_at),
        "ends_at": instant(shift.ends_at),
        "agents": shift.agents,
        "name": shift.name,
    }


async def _body(request: Request) -> bytes:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_BYTES:
            raise InvalidInput("plan", f"is larger than {LARGEST_BYTES // 1_000_000} MB")
    return content


def _from_json(content: bytes) -> list[PlannedShift]:
    try:
        plan = Plan.model_validate_json(content)
    except ValidationError as error:
        first = json.loads(error.json(include_url=False))[0]
        where = ".".join(str(part) for part in first["loc"]) or "plan"
        raise InvalidInput(where, str(first["msg"])) from error
    return [PlannedShift(s.starts_at, s.ends_at, s.agents, s.name) for s in plan.shifts]
