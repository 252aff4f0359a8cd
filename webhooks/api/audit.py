"""The audit log over the API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from sqlmodel import col, select

from callback.audit import AuditEntry
from callback.keys import Role
from webhooks.api.access import at_least
from webhooks.api.pages import Cursor, Limit, page_of
from webhooks.requests import Office

router = APIRouter(prefix="/audit", dependencies=[Depends(at_least(Role.ADMIN))])


@router.get("")
async def list_entries(office: Office, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """List who changed what, in the order in which it was done."""
    async with office.database.reading() as session:
        found, following = await page_of(
            session, select(AuditEntry), col(AuditEntry.id), cursor, limit
        )
    return {"items": [each.model_dump(mode="json") for each in found], "next": following}
