"""The audit log for administrators: who changed what, the newest first."""

from __future__ import annotations

from fastapi import Request, Response

from callback.audit import newest_entries
from callback.keys import Role
from webhooks.console.pages import Pages
from webhooks.console.rendering import page
from webhooks.requests import Office

pages = Pages()

SHOWN = 100


@pages.get("/audit", who=Role.ADMIN)
async def audit(request: Request, office: Office, before: str = "") -> Response:
    """Show the latest entries, or those before one."""
    async with office.database.reading() as session:
        found = await newest_entries(session, before, SHOWN + 1)
    return await page(request, "audit.html", entries_found=found[:SHOWN], more=len(found) > SHOWN)
