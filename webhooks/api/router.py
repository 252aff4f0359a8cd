"""Everything under /api/v1."""

from __future__ import annotations

from fastapi import APIRouter

from webhooks.api import (
    agents,
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
):
    router.include_router(part.router)
