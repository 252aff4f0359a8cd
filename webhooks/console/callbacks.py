"""Callbacks for supervisors: found, sorted, exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent
from callback.keys import Role
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.lifecycle import OPEN, CallbackStatus
from callback.reporting.finding import Order, Wanted, export_callbacks, find_callbacks
from webhooks.console.csv_file import csv_file
from webhooks.console.pages import Pages
from webhooks.console.rendering import page
from webhooks.requests import Office

pages = Pages()


@dataclass(frozen=True)
class Sought:
    """What stands in the address of the list: the filter as it was typed, what it means, and which page."""

    query: Mapping[str, str]
    wanted: Wanted
    page: int

    def address(self, **changes: object) -> str:
        """Return the address of the list with something changed."""
        fields = {**self.query, **{name: str(value) for name, value in changes.items()}}
        return "/callbacks?" + urlencode({name: each for name, each in fields.items() if each})


def sought(query: Mapping[str, str], zone: ZoneInfo) -> Sought:
    """Read the filter from an address; what cannot be read is left out, as if it had not been typed."""
    state = query.get("status", "open")
    statuses = {"open": OPEN, "all": frozenset(CallbackStatus)}.get(state)
    if statuses is None:
        statuses = OPEN if state not in set(CallbackStatus) else frozenset({CallbackStatus(state)})
    order = query.get("order", Order.PROMISED).removeprefix("-")
    day = _day(query.get("day", ""), zone)
    known = {"line_id", "status", "number", "day", "order", "page"}
    return Sought(
        {name: value for name, value in query.items() if name in known},
        Wanted(
            line_id=query.get("line_id", ""),
            statuses=statuses,
            digits="".join(each for each in query.get("number", "") if each.isdecimal()),
            promised_after=day,
            promised_before=day and day + timedelta(days=1),
            order=Order(order) if order in set(Order) else Order.PROMISED,
            backwards=query.get("order", "").startswith("-"),
        ),
        int(query["page"]) if query.get("page", "").isdecimal() else 0,
    )


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None


async def _lines(session: AsyncSession) -> dict[str, Line]:
    found = await session.exec(select(Line).order_by(col(Line.name), col(Line.id)))
    return {line.id: line for line in found.all()}


async def agent_names(session: AsyncSession) -> dict[str, str]:
    """Return the name of every agent by identifier, in the order of names."""
    found = await session.exec(select(Agent).order_by(col(Agent.name), col(Agent.id)))
    return {agent.id: agent.name for agent in found.all()}


def _zone(lines: Mapping[str, Line], line_id: str) -> ZoneInfo:
    line = lines.get(line_id) or next(iter(lines.values()), None)
    return ZoneInfo("UTC") if line is None else line.zone


@pages.get("/callbacks", who=Role.SUPERVISOR)
async def callbacks(request: Request, office: Office) -> Response:
    """List the callbacks that are sought."""
    async with office.database.reading() as session:
        lines, agents = await _lines(session), await agent_names(session)
        zone = _zone(lines, request.query_params.get("line_id", ""))
        asked = sought(request.query_params, zone)
        found, more = await find_callbacks(session, asked.wanted, asked.page)
    return await page(
        request,
        "callbacks.html",
        zone=zone,
        asked=asked,
        found=found,
        more=more,
        lines=lines,
        agents=agents,
        statuses=list(CallbackStatus),
        orders=list(Order),
    )


@pages.get("/callbacks/export", who=Role.SUPERVISOR)
async def export(request: Request, office: Office) -> Response:
    """Give what is sought as a file; its times are UTC."""
    async with office.database.reading() as session:
        lines, agents = await _lines(session), await agent_names(session)
        zone = _zone(lines, request.query_params.get("line_id", ""))
        found = await export_callbacks(session, sought(request.query_params, zone).wanted)
    rows = [_row(each, lines, agents) for each in found]
    return csv_file("callbacks.csv", rows)


def _row(
    callback: Callback, lines: Mapping[str, Line], agents: Mapping[str, str]
) -> dict[str, object]:
    return {
        "id": callback.id,
        "line": lines[callback.line_id].name,
        "phone_number": callback.phone_number,
        "status": callback.status,
        "kind": callback.kind,
        "reason": callback.reason or "",
        "priority": callback.priority,
        "agent": agents.get(callback.preferred_agent_id or "", ""),
        "requested_at": callback.requested_at,
        "promised_from": callback.promised_from,
        "promised_until": callback.promised_until,
        "promise_kept": callback.promise_kept,
        "attempts": callback.attempt_count,
        "first_placed_at": callback.first_placed_at,
        "gross_wait_seconds": callback.gross_wait_seconds,
        "net_wait_seconds": callback.net_wait_seconds,
        "ended_at": callback.ended_at,
    }
