"""Callbacks for supervisors: found, sorted, exported, changed one by one or many at once; the story of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Form, Request, Response
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent
from callback.desk.history import history_of
from callback.desk.record import Outcome
from callback.dialing.leg import Leg, LegRole
from callback.dialing.supervising import (
    Change,
    audited,
    call_off,
    change_each,
    dial_now,
    move_to_room,
    reassign,
    void_link,
)
from callback.errors import InvalidInput, NotFound
from callback.keys import Role
from callback.lines.directory import get_line
from callback.lines.line import Line
from callback.promises.callback import Callback, TimelineEntry
from callback.promises.lifecycle import CALLBACK_LIFE, OPEN, CallbackEvent, CallbackStatus
from callback.promises.note import note_of
from callback.reporting.finding import Order, Wanted, export_callbacks, find_callbacks
from callback.runtime import Work
from webhooks.console.csv_file import csv_file
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page, wording_of
from webhooks.console.retelling import refusal, timeline_detail
from webhooks.requests import Office
from webhooks.voice.noting import sound_of

pages = Pages()

EVENTS = frozenset({*CallbackEvent} | {
    "request", "attempt_placed", "rang", "agent_accepted", "person_accepted", "danger", "supervised",
    "note_recorded", "wrapped_up", "handed_over", "message_left", "wrong_number", "link_revoked",
})  # fmt: skip
"""What the timeline says in words of its own; anything else is shown as it was written."""


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


async def _agents(session: AsyncSession) -> dict[str, str]:
    found = await session.exec(select(Agent).order_by(col(Agent.name), col(Agent.id)))
    return {agent.id: agent.name for agent in found.all()}


def _zone(lines: Mapping[str, Line], line_id: str) -> ZoneInfo:
    line = lines.get(line_id) or next(iter(lines.values()), None)
    return ZoneInfo("UTC") if line is None else line.zone


@pages.get("/callbacks", who=Role.SUPERVISOR)
async def callbacks(request: Request, office: Office) -> Response:
    """List the callbacks that are sought."""
    async with office.database.reading() as session:
        lines, agents = await _lines(session), await _agents(session)
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
        lines, agents = await _lines(session), await _agents(session)
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


@pages.post("/callbacks/change", who=Role.SUPERVISOR)
async def change(
    request: Request,
    office: Office,
    visitor: SignedIn,
    action: Annotated[str, Form()],
    ids: Annotated[list[str] | None, Form()] = None,
    agent_id: Annotated[str, Form()] = "",
    time_from: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Do one thing with each callback that is ticked, and say what came of each."""
    wish = _change_of(action, visitor.user.name, agent_id, time_from)
    done = await change_each(office, ids or [], wish)
    t = await wording_of(request)
    refused = [
        (each.callback_id, refusal(t, each.error)) for each in done if each.error is not None
    ]
    if not refused:
        return go_to(_safe(back))
    async with office.database.reading() as session:
        rows = {each: await session.get(Callback, each) for each, _ in refused}
    return await page(
        request,
        "callbacks_refused.html",
        status=409,
        refused=refused,
        rows=rows,
        count=len(done) - len(refused),
        back=_safe(back),
    )


def _safe(back: str) -> str:
    """Return where the form came from, if that is a page of callbacks of ours."""
    return (
        back
        if back == "/callbacks" or back.startswith(("/callbacks?", "/callbacks/"))
        else "/callbacks"
    )


def _change_of(action: str, by: str, agent_id: str, time_from: str) -> Change:
    start = _wall_time(time_from) if action == "move" else None

    async def apply(work: Work, callback: Callback) -> None:
        match action:
            case "dial_now":
                await dial_now(work, callback, by)
            case "cancel":
                await call_off(work, callback, by)
            case "revoke_link":
                await void_link(work, callback, by)
            case "reassign":
                await reassign(work, callback, agent_id or None, by)
            case "move" if start is not None:
                zone = (await get_line(work.session, callback.line_id)).zone
                await move_to_room(work, callback, start.replace(tzinfo=zone).astimezone(UTC))
            case _:
                raise InvalidInput("action", f"{action!r} is nothing that can be done")
        audited(work, callback, action, by)

    return apply


def _wall_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise InvalidInput("time_from", "give a day and a time") from error


@pages.get("/callbacks/{callback_id}", who=Role.SUPERVISOR)
async def story(request: Request, office: Office, callback_id: str) -> Response:
    """Show one callback: what was promised, what became of it, and all that happened."""
    async with office.database.reading() as session:
        callback = await session.get(Callback, callback_id)
        if callback is None:
            raise NotFound("callback", callback_id)
        line = await get_line(session, callback.line_id)
        entries = await session.exec(
            select(TimelineEntry)
            .where(col(TimelineEntry.callback_id) == callback_id)
            .order_by(col(TimelineEntry.id))
        )
        legs = await session.exec(
            select(Leg)
            .where(col(Leg.callback_id) == callback_id, col(Leg.role) == LegRole.PERSON)
            .order_by(col(Leg.number))
        )
        agents = await _agents(session)
        but = frozenset({callback.id, callback.call_id or ""})
        earlier = await history_of(session, callback.phone_number, but)
        recorded = await note_of(session, callback.id)
        attempts = legs.all()
        timeline = _with_ringing(entries.all(), attempts)
    t = await wording_of(request, line.zone)
    return await page(
        request,
        "callback.html",
        zone=line.zone,
        callback=callback,
        line=line,
        timeline=[(entry, timeline_detail(t, entry.detail)) for entry in timeline],
        attempts=attempts,
        agents=agents,
        known=EVENTS,
        earlier=earlier,
        recorded=recorded,
        own_words={outcome.value for outcome in Outcome},
        links=bool(office.settings.secret_key.get_secret_value()),
        may={
            "dial_now": CALLBACK_LIFE.allows(callback.status, CallbackEvent.DIAL_NOW),
            "reassign": CALLBACK_LIFE.allows(callback.status, CallbackEvent.REASSIGN),
            "move": CALLBACK_LIFE.allows(callback.status, CallbackEvent.MOVE),
            "cancel": CALLBACK_LIFE.allows(callback.status, CallbackEvent.CANCEL),
        },
    )


def _with_ringing(entries: Sequence[TimelineEntry], attempts: Sequence[Leg]) -> list[TimelineEntry]:
    """Return the story with the instants at which the phone rang, which only the attempts know."""
    rang = [
        TimelineEntry(
            callback_id=leg.callback_id or "",
            at=leg.rang_at,
            event="rang",
            detail=f"attempt {leg.number}",
        )
        for leg in attempts
        if leg.rang_at is not None
    ]
    # Of one instant the steps stay as they were written down, and ringing comes last.
    return sorted([*entries, *rang], key=lambda entry: entry.at)


@pages.get("/callbacks/{callback_id}/recording", who=Role.SUPERVISOR)
async def recording(request: Request, office: Office, callback_id: str) -> Response:
    """Play what the person said after the tone."""
    return await sound_of(office, callback_id, request.headers.get("Range", ""))
