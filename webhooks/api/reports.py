"""Reports over the API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from callback.keys import Role
from callback.lines.directory import get_line
from callback.reporting.peaks import WEEKS, peaks_of, peaks_view
from callback.reporting.punctuality import punctuality_report
from callback.reporting.service import service_report
from callback.reporting.survey import survey_report
from webhooks.api.access import at_least
from webhooks.requests import Office

router = APIRouter(prefix="/reports")


@router.get("/service", dependencies=[Depends(at_least(Role.SUPERVISOR))])
async def service(
    office: Office,
    line_id: str,
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Report how callers were served and promises kept, over contacts that arrived in a stretch of time."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        return await service_report(session, line, start, end)


@router.get("/punctuality", dependencies=[Depends(at_least(Role.SUPERVISOR))])
async def punctuality(
    office: Office,
    line_id: str,
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Report whether promises were kept, by day, and which are about to be broken."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        return await punctuality_report(session, line, start, end, office.clock.now())


@router.get("/peaks", dependencies=[Depends(at_least(Role.SUPERVISOR))])
async def peaks(office: Office, line_id: str, weeks: int = WEEKS) -> dict[str, Any]:
    """Report when people call, how long they wait and how many hang up, by weekday and hour."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        return peaks_view(line, await peaks_of(session, line, office.clock.now(), weeks))


@router.get("/survey", dependencies=[Depends(at_least(Role.SUPERVISOR))])
async def survey(
    office: Office,
    line_id: str,
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Report what people answered after their conversations, in all, by agent and one by one."""
    async with office.database.reading() as session:
        line = await get_line(session, line_id)
        return await survey_report(session, line, start, end)
