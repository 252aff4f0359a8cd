"""The story of one callback, for supervisors: what was promised, what became of it, all that happened."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request, Response
from sqlmodel import col, select

from callback.desk.history import history_of
from callback.desk.record import Outcome
from callback.dialing.leg import Leg, LegRole
from callback.errors import NotFound
from callback.keys import Role
from callback.lines.directory import get_line
from callback.promises.callback import Callback, TimelineEntry
from callback.promises.lifecycle import CALLBACK_LIFE, CallbackEvent
from callback.promises.note import note_of
from webhooks.console.callbacks import agent_names
from webhooks.console.pages import Pages
from webhooks.console.rendering import page, wording_of
from webhooks.console.retelling import timeline_detail
from webhooks.requests import Office
from webhooks.voice.noting import sound_of

pages = Pages()

EVENTS = frozenset({*CallbackEvent} | {
    "request", "attempt_placed", "rang", "agent_accepted", "person_accepted", "danger", "supervised",
    "note_recorded", "wrapped_up", "handed_over", "message_left", "wrong_number", "link_revoked",
})  # fmt: skip
"""What the timeline says in words of its own; anything else is shown as it was written."""


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
        agents = await agent_names(session)
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
