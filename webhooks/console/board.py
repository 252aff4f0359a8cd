"""The supervisor's board: every line as it is now, promises in danger, and the conversations."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request, Response
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.dialing.leg import Listening
from callback.dialing.listening_in import change_mode, conversations, listen_in, stop_listening
from callback.errors import NotFound
from callback.keys import Role
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.promises.danger import endangered
from callback.reporting.live import live_figures
from callback.runtime import Runtime
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page
from webhooks.requests import Office

pages = Pages()
MOST_IN_DANGER = 20


@pages.get("/board", who=Role.SUPERVISOR)
async def board(request: Request, office: Office) -> Response:
    """Show the board at a desk."""
    return await _board(request, office, "board.html")


@pages.get("/board/wall", who=Role.SUPERVISOR)
async def wall(request: Request, office: Office) -> Response:
    """Show the board in large figures, for all to see."""
    return await _board(request, office, "wall.html")


async def _board(request: Request, office: Runtime, template: str) -> Response:
    now = office.clock.now()
    async with office.database.reading() as session:
        lines = (await session.exec(select(Line).order_by(col(Line.name), col(Line.id)))).all()
        figures = [(line, await live_figures(session, line, now)) for line in lines]
        talks = await conversations(session)
        danger = await _in_danger(session, office)
    return await page(
        request,
        template,
        zone=lines[0].zone if lines else None,
        figures=figures,
        talks=talks,
        danger=danger,
        line_names={line.id: line.name for line in lines},
        modes=list(Listening),
    )


async def _in_danger(session: AsyncSession, office: Runtime) -> list[Callback]:
    found = await session.exec(
        select(Callback)
        .where(col(Callback.id).in_(endangered(office.clock.now())))
        .order_by(col(Callback.promised_until), col(Callback.id))
        .limit(MOST_IN_DANGER)
    )
    return list(found.all())


@pages.post("/board/lines/{line_id}/pause", who=Role.SUPERVISOR)
async def pause(office: Office, line_id: str, paused: Annotated[bool, Form()]) -> Response:
    """Dial no callbacks of a line for now, or dial them again."""
    async with office.work() as work:
        line = await work.session.get(Line, line_id, with_for_update=True)
        if line is None:
            raise NotFound("line", line_id)
        line.paused = paused
    return go_to("/board")


@pages.post("/board/conversations/{reservation_id}", who=Role.SUPERVISOR)
async def enter(
    office: Office,
    visitor: SignedIn,
    reservation_id: str,
    mode: Annotated[Listening, Form()],
    leg_id: Annotated[str, Form()] = "",
) -> Response:
    """Ring the supervisor's own phone for a conversation, or change how she is in it."""
    if leg_id:
        await change_mode(office, reservation_id, leg_id, mode)
        return go_to("/board")
    async with office.work() as work:
        await listen_in(work, reservation_id, visitor.agent_id, mode)
    return go_to("/board")


@pages.post("/board/conversations/{reservation_id}/leave", who=Role.SUPERVISOR)
async def leave(
    office: Office, reservation_id: str, leg_id: Annotated[str, Form()] = ""
) -> Response:
    """Leave a conversation, which goes on."""
    async with office.work() as work:
        await stop_listening(work, reservation_id, leg_id)
    return go_to("/board")
