"""The call log over the API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime
from sqlmodel import col, select

from callback.calls.call import Call
from callback.keys import Role
from webhooks.api.access import at_least
from webhooks.api.pages import Cursor, Limit, page_of
from webhooks.api.views import call_view
from webhooks.requests import Office

router = APIRouter(prefix="/calls")


@router.get("", dependencies=[Depends(at_least(Role.AGENT))])
async def list_calls(
    office: Office,
    line_id: str | None = None,
    arrived_after: AwareDatetime | None = None,
    arrived_before: AwareDatetime | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """List calls in the order in which they were written down."""
    query = select(Call)
    if line_id is not None:
        query = query.where(col(Call.line_id) == line_id)
    if arrived_after is not None:
        query = query.where(col(Call.arrived_at) >= arrived_after)
    if arrived_before is not None:
        query = query.where(col(Call.arrived_at) < arrived_before)
    async with office.database.reading() as session:
        found, following = await page_of(session, query, col(Call.id), cursor, limit)
    return {"items": [call_view(call) for call in found], "next": following}
