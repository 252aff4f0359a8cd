"""Callbacks over the API: list, show, promise, move, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from pydantic import AwareDatetime
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent as AgentRow
from callback.dialing.leg import Leg, LegRole
from callback.dialing.rules import check_number
from callback.dialing.supervising import call_off
from callback.errors import InvalidInput, NotFound, PromiseRefused
from callback.idempotency import once
from callback.keys import Role
from callback.lines.directory import get_line
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.messages.message import Message
from callback.phone import extension_in, parse_number
from callback.promises.callback import Callback, TimelineEntry
from callback.promises.lifecycle import CallbackStatus
from callback.promises.requesting import Request, get_callback, move_callback, request_callback
from callback.promises.windows import window_from
from callback.runtime import Work
from webhooks.api.access import Caller, at_least
from webhooks.api.pages import Cursor, Limit, page_of
from webhooks.api.shapes import Move, NewCallback
from webhooks.api.views import callback_view
from webhooks.requests import Office

router = APIRouter(prefix="/callbacks")
Agent = Depends(at_least(Role.AGENT))
IdempotencyKey = Annotated[str | None, Header(pattern=r"^[!-~]{1,255}$")]


async def view_of(session: AsyncSession, callback: Callback) -> dict[str, Any]:
    """Return a callback as the API shows it."""
    legs = await session.exec(
        select(Leg)
        .where(col(Leg.callback_id) == callback.id, col(Leg.role) == LegRole.PERSON)
        .order_by(col(Leg.number))
    )
    timeline = await session.exec(
        select(TimelineEntry)
        .where(col(TimelineEntry.callback_id) == callback.id)
        .order_by(col(TimelineEntry.id))
    )
    texts = await session.exec(
        select(Message)
        .where(col(Message.callback_id) == callback.id)
        .order_by(col(Message.not_before), col(Message.id))
    )
    return callback_view(callback, legs.all(), timeline.all(), texts.all())


def _window(line: Line, start: datetime, now: datetime) -> Window:
    window = window_from(line, start, now)
    if window is None:
        raise InvalidInput(
            "promised_from", "is past or too far off, or the line is not open for the whole window"
        )
    return window


async def _known_agent(session: AsyncSession, agent_id: str) -> None:
    if await session.get(AgentRow, agent_id) is None:
        raise InvalidInput("preferred_agent_id", f"there is no agent {agent_id}")


@router.get("", dependencies=[Agent])
async def list_callbacks(
    office: Office,
    line_id: str | None = None,
    status: CallbackStatus | None = None,
    phone_number: str | None = None,
    promised_after: AwareDatetime | None = None,
    promised_before: AwareDatetime | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """List callbacks, the oldest first."""
    query = select(Callback)
    if phone_number is not None:
        # In an address that was not encoded, the plus has become a space.
        phone_number = f"+{phone_number.strip().removeprefix('+')}"
    for column, value in (
        (Callback.line_id, line_id),
        (Callback.status, status),
        (Callback.phone_number, phone_number),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    if promised_after is not None:
        query = query.where(col(Callback.promised_from) >= promised_after)
    if promised_before is not None:
        query = query.where(col(Callback.promised_from) < promised_before)
    async with office.database.reading() as session:
        found, following = await page_of(session, query, col(Callback.id), cursor, limit)
        items = [await view_of(session, callback) for callback in found]
    return {"items": items, "next": following}


@router.get("/{callback_id}", dependencies=[Agent])
async def show(callback_id: str, office: Office) -> dict[str, Any]:
    """Show a callback with its attempts and its story."""
    async with office.database.reading() as session:
        callback = await session.get(Callback, callback_id)
        if callback is None:
            raise NotFound("callback", callback_id)
        return await view_of(session, callback)


@router.post("", status_code=201)
async def create(
    new: NewCallback,
    office: Office,
    caller: Annotated[Caller, Agent],
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Promise a callback, if it can be kept; the same request under the same key promises one."""
    async with office.work() as work:

        async def promise() -> dict[str, Any]:
            return await _promise(work, new)

        asked = new.model_dump(mode="json", exclude_unset=True)
        return await once(work, caller.identity, idempotency_key, asked, promise)


async def _promise(work: Work, new: NewCallback) -> dict[str, Any]:
    line = await get_line(work.session, new.line_id)
    number = parse_number(new.phone_number, line.country)
    refusal = check_number(number, line.may_be_dialed, line.blocked_prefixes)
    if refusal is not None:
        raise PromiseRefused(refusal.rule, refusal.reason)
    start = new.promised_from
    window = _window(line, start, work.now) if start is not None else None
    if new.preferred_agent_id is not None:
        await _known_agent(work.session, new.preferred_agent_id)
    request = Request(
        number,
        new.language or line.language,
        window,
        reason=new.reason,
        priority=new.priority,
        skills=tuple(new.skills),
        preferred_agent_id=new.preferred_agent_id,
        channel="api",
        extension=new.extension or extension_in(new.phone_number, line.country),
    )
    callback = await request_callback(work, line, request)
    await work.session.flush()
    return await view_of(work.session, callback)


@router.patch("/{callback_id}", dependencies=[Agent])
async def move(callback_id: str, change: Move, office: Office) -> dict[str, Any]:
    """Promise another time instead."""
    async with office.work() as work:
        callback = await get_callback(work, callback_id)
        line = await get_line(work.session, callback.line_id)
        window = _window(line, change.promised_from, work.now)
        await move_callback(work, line, callback, window)
        await work.session.flush()
        return await view_of(work.session, callback)


@router.delete("/{callback_id}", dependencies=[Agent])
async def cancel(callback_id: str, office: Office) -> dict[str, Any]:
    """Cancel a callback; phones that ring for it stop."""
    async with office.work() as work:
        callback = await get_callback(work, callback_id)
        await call_off(work, callback, "api")
        await work.session.flush()
        return await view_of(work.session, callback)
