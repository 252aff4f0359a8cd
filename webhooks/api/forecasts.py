"""Forecasts and staffing over the API: what the workers kept, and what follows from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from callback.forecasting.ramped_staffing import Ramps
from callback.forecasting.staffing import StaffingTarget
from callback.keys import Role
from callback.lines.directory import get_line
from callback.reporting.forecasts import (
    accuracy_by_lead,
    counted_so_far,
    forecast_view,
    newest_forecast,
    rows_of_days,
)
from callback.reporting.staffing import plan_for, planned_for, staffing_view
from webhooks.api.access import at_least
from webhooks.requests import Office

router = APIRouter()
Reader = Depends(at_least(Role.SUPERVISOR))
FirstDay = Annotated[int, Query(ge=0, le=27, description="days after the first one forecast")]
Days = Annotated[int, Query(ge=1, le=28)]


@router.get("/forecasts", dependencies=[Reader])
async def forecast(
    office: Office, line_id: str, first: FirstDay = 0, days: Days = 7
) -> dict[str, Any]:
    """Show the newest forecast of a line, with what was counted since."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        snapshot = await newest_forecast(session, line)
        rows = rows_of_days(snapshot.intervals(), line, first, days)
        counted = await counted_so_far(session, line, snapshot, office.clock.now())
    return forecast_view(line, snapshot, rows, counted)


@router.get("/forecasts/accuracy", dependencies=[Reader])
async def accuracy(office: Office, line_id: str) -> dict[str, Any]:
    """Tell how the forecasts of the last eight weeks did, by how many days ahead they were made."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        leads = await accuracy_by_lead(session, line, office.clock.now())
    return {"line_id": line_id, "items": [vars(each) for each in leads], "next": None}


@router.get("/staffing", dependencies=[Reader])
async def staffing(
    office: Office,
    line_id: str,
    first: FirstDay = 0,
    days: Days = 7,
    share: Annotated[float | None, Query(gt=0, lt=1)] = None,
    seconds: Annotated[float | None, Query(ge=0, le=86_400)] = None,
    handle_seconds: Annotated[float | None, Query(gt=0, le=86_400)] = None,
    shrinkage: Annotated[float | None, Query(ge=0, lt=1)] = None,
    occupancy: Annotated[float, Query(gt=0, le=1)] = 0.85,
    quantile: Literal["mean", "q50", "q75", "q90"] = "q75",
    ramps: Annotated[
        Ramps, Query(description="whether the load lags behind the calls")
    ] = Ramps.AUTO,
) -> dict[str, Any]:
    """Tell how many agents each interval needs, and how many are planned; by default for the line's target."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        snapshot = await newest_forecast(session, line)
        rows = rows_of_days(snapshot.intervals(), line, first, days)
        planned = await planned_for(session, line, rows, snapshot.interval)
    target = StaffingTarget(
        share=share or min(line.service_level["share"], 0.999),
        seconds=line.service_level["seconds"] if seconds is None else seconds,
        handle_seconds=handle_seconds or snapshot.handle_seconds,
        shrinkage=line.shrinkage if shrinkage is None else shrinkage,
        highest_occupancy=occupancy,
    )
    plan = plan_for(rows, snapshot.interval, target, quantile, snapshot.handle_seconds, ramps)
    return staffing_view(line, plan, planned, target)
