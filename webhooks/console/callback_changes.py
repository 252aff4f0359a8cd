"""What supervisors do with one callback or many at once, and what came of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Form, Request, Response

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
from callback.errors import InvalidInput
from callback.keys import Role
from callback.lines.directory import get_line
from callback.promises.callback import Callback
from callback.runtime import Work
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page, wording_of
from webhooks.console.retelling import refusal
from webhooks.requests import Office

pages = Pages()


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
