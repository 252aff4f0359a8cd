"""The agent's desk: her state, the contact in hand, wrapping up, and what comes next."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import Form, Request, Response

from callback.agents.presence import AgentStatus, AwayReason
from callback.agents.staff import set_status
from callback.desk.answering import accept_offer, decline_offer, hang_up
from callback.desk.handing_over import call_supervisor, hand_over
from callback.desk.hearing import heard_callback
from callback.desk.record import Outcome
from callback.desk.view import Desk, read_desk
from callback.desk.wrapping_up import (
    Conclusion,
    FollowUp,
    outcomes_of,
    take_more_time,
    wrap_up,
    write_note,
)
from callback.errors import CallbackError, InvalidInput, PromiseRefused
from callback.keys import Role
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page
from webhooks.console.signing_in import Text
from webhooks.console.visitor import Visitor
from webhooks.requests import Office
from webhooks.voice.noting import sound_of

pages = Pages()
HOME = "/desk"
WISHES = (AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE)
REASONS = tuple(reason for reason in AwayReason if reason != AwayReason.MISSED)
Long = Annotated[str, Form(max_length=4000)]


async def _desk(
    request: Request,
    office: Office,
    visitor: Visitor,
    *,
    status: int = HTTPStatus.OK,
    wrong: str = "",
    detail: str = "",
    filled: dict[str, str] | None = None,
) -> Response:
    async with office.database.reading() as session:
        desk = await read_desk(session, visitor.agent_id, office.clock.now())
    return await page(
        request,
        "desk.html",
        status=status,
        zone=desk.lines[0].zone if desk.lines else None,
        desk=desk,
        outcomes=_outcomes(desk),
        own_words={outcome.value for outcome in Outcome},
        reasons=REASONS,
        zones=_zones(),
        wrong=wrong,
        detail=detail,
        filled=filled or {},
    )


@lru_cache
def _zones() -> list[str]:
    return sorted(available_timezones())


def _outcomes(desk: Desk) -> dict[str, list[str]]:
    return {each.line.id: outcomes_of(each.line) for each in desk.unfinished}


@pages.get("/desk", who=Role.AGENT)
async def desk(request: Request, office: Office, visitor: SignedIn) -> Response:
    """Show the desk."""
    return await _desk(request, office, visitor)


@pages.post("/desk/status", who=Role.AGENT)
async def change_state(
    office: Office,
    visitor: SignedIn,
    state: Annotated[AgentStatus, Form()],
    reason: Annotated[AwayReason, Form()] = AwayReason.OTHER,
) -> Response:
    """Be available, away for a reason, or offline: at once, or after the present call."""
    if state not in WISHES:
        raise InvalidInput("state", "can be available, away or offline")
    async with office.work() as work:
        await set_status(work, visitor.agent_id, state, reason)
    return go_to(HOME)


@pages.post("/desk/more-time", who=Role.AGENT)
async def more_time(office: Office, visitor: SignedIn) -> Response:
    """Lengthen the wrap-up."""
    async with office.work() as work:
        await take_more_time(work, visitor.agent_id)
    return go_to(HOME)


@pages.post("/desk/{reservation_id}/accept", who=Role.AGENT)
async def accept(office: Office, visitor: SignedIn, reservation_id: str) -> Response:
    """Accept what is offered."""
    async with office.work() as work:
        await accept_offer(work, reservation_id, visitor.agent_id)
    return go_to(HOME)


@pages.post("/desk/{reservation_id}/decline", who=Role.AGENT)
async def decline(office: Office, visitor: SignedIn, reservation_id: str) -> Response:
    """Decline what is offered."""
    async with office.work() as work:
        await decline_offer(work, reservation_id, visitor.agent_id)
    return go_to(HOME)


@pages.post("/desk/{reservation_id}/hang-up", who=Role.AGENT)
async def end(office: Office, visitor: SignedIn, reservation_id: str) -> Response:
    """End the conversation."""
    async with office.work() as work:
        await hang_up(work, reservation_id, visitor.agent_id)
    return go_to(HOME)


@pages.post("/desk/{reservation_id}/supervisor", who=Role.AGENT)
async def supervisor(
    request: Request, office: Office, visitor: SignedIn, reservation_id: str
) -> Response:
    """Call a supervisor into the conversation."""
    try:
        async with office.work() as work:
            await call_supervisor(work, reservation_id, visitor.agent_id)
    except InvalidInput:
        status = HTTPStatus.CONFLICT
        return await _desk(request, office, visitor, status=status, wrong="desk.no_supervisor")
    return go_to(HOME)


@pages.post("/desk/{reservation_id}/hand-over", who=Role.AGENT)
async def leave_to_her(office: Office, visitor: SignedIn, reservation_id: str) -> Response:
    """Leave the conversation to the supervisor who has joined it."""
    await hand_over(office, reservation_id, visitor.agent_id)
    return go_to(HOME)


@pages.post("/desk/{reservation_id}/note", who=Role.AGENT)
async def note(office: Office, visitor: SignedIn, reservation_id: str, text: Long = "") -> Response:
    """Add a note."""
    async with office.work() as work:
        await write_note(work, reservation_id, visitor.agent_id, text)
    return go_to(HOME)


@pages.get("/desk/{reservation_id}/recording", who=Role.AGENT)
async def recording(
    request: Request, office: Office, visitor: SignedIn, reservation_id: str
) -> Response:
    """Play what the person said after the tone to the agent who has accepted her."""
    async with office.database.reading() as session:
        now = office.clock.now()
        callback_id = await heard_callback(session, reservation_id, visitor.agent_id, now)
    return await sound_of(office, callback_id, request.headers.get("Range", ""))


@pages.post("/desk/{reservation_id}/wrap-up", who=Role.AGENT)
async def conclude(
    request: Request,
    office: Office,
    visitor: SignedIn,
    reservation_id: str,
    disposition: Text = "",
    text: Long = "",
    complaint: Text = "",
    resolution: Text = "",
    tell: Text = "",
    day: Text = "",
    time: Text = "",
    time_zone: Text = "",
    owner: Text = "me",
) -> Response:
    """Write the outcome down, and promise the next call; what cannot be kept is said, and nothing is lost."""
    follow_up = FollowUp(day, time, time_zone, owner == "me") if day or time else None
    conclusion = Conclusion(disposition, text, bool(complaint), resolution, bool(tell), follow_up)
    try:
        async with office.work() as work:
            await wrap_up(work, reservation_id, visitor.agent_id, conclusion)
    except (InvalidInput, PromiseRefused) as error:
        form = await request.form()
        return await _desk(
            request,
            office,
            visitor,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            wrong=_sentence(error),
            detail=str(error),
            filled={name: str(value) for name, value in form.items()},
        )
    return go_to(HOME)


def _sentence(error: CallbackError) -> str:
    if isinstance(error, PromiseRefused):
        known = {"window_full", "one_callback_per_person", "do_not_call"}
        return f"desk.refused_{error.rule}" if error.rule in known else "trouble.refused"
    known = {"disposition", "resolution", "day", "time_zone", "follow_up"}
    field = error.field if isinstance(error, InvalidInput) else ""
    return f"desk.wrong_{field}" if field in known else "trouble.input"
