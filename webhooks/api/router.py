"""Everything under /api/v1."""

from __future__ import annotations

from fastapi import APIRouter

from webhooks.api import (
    agents,
    audit,
    bulk,
    callbacks,
    calls,
    conversations,
    forecasts,
    lines,
    notes,
    plans,
    reports,
)

router = APIRouter(prefix="/api/v1")
for part in (
    lines,
    plans,
    agents,
    bulk,
    callbacks,
    notes,
    calls,
    conversations,
    forecasts,
    reports,
    audit,
):
    router.include_router(part.router)
