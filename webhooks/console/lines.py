"""Lines for administrators: all settings in one form, drafted, heard beforehand, published; their history."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from babel.dates import get_day_names
from fastapi import Request, Response
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from callback.errors import InvalidInput, NotFound
from callback.keys import Role
from callback.lines.changes import (
    LineDraft,
    changes_of,
    discard,
    keep_draft,
    publish,
    settings_of,
)
from callback.lines.directory import line_numbers_of
from callback.lines.editing import check_settings, create_line
from callback.lines.line import Line
from callback.runtime import Runtime
from webhooks.console.line_fields import DAYS, GROUPS, REASONS, inputs_of, read, shown, typed_in
from webhooks.console.line_preview import preview
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page, wording_of
from webhooks.console.signing_in import Text
from webhooks.requests import Office

pages = Pages()


@pages.get("/lines", who=Role.ADMIN)
async def lines(request: Request, office: Office) -> Response:
    """List the lines."""
    return await _list(request, office)


async def _list(
    request: Request, office: Runtime, wrong: str = "", status: int = HTTPStatus.OK
) -> Response:
    async with office.database.reading() as session:
        found = (await session.exec(select(Line).order_by(col(Line.name), col(Line.id)))).all()
        numbers = {line.id: await line_numbers_of(session, line.id) for line in found}
        drafts = set((await session.exec(select(LineDraft.line_id))).all())
    return await page(
        request,
        "lines.html",
        status=status,
        lines=found,
        numbers=numbers,
        drafts=drafts,
        wrong=wrong,
    )


@pages.post("/lines", who=Role.ADMIN)
async def add(
    request: Request,
    office: Office,
    visitor: SignedIn,
    name: Text = "",
    number: Text = "",
    time_zone: Text = "",
) -> Response:
    """Make a line with the usual settings, and go to them."""
    try:
        async with office.work() as work:
            fields = {"name": name.strip()[:80], "numbers": [number], "time_zone": time_zone}
            line = await create_line(work, fields, visitor.user.name)
    except (InvalidInput, IntegrityError) as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _list(request, office, _why(error), status)
    return go_to(f"/lines/{line.id}")


@pages.get("/lines/{line_id}", who=Role.ADMIN)
async def line(request: Request, office: Office, line_id: str) -> Response:
    """Show the settings of a line: the draft, if there is one, else what is published."""
    async with office.database.reading() as session:
        draft = await session.get(LineDraft, line_id)
    return await _form(request, office, line_id, draft.typed if draft is not None else None)


async def _form(
    request: Request,
    office: Runtime,
    line_id: str,
    typed: dict[str, str] | None,
    wrong: frozenset[str] = frozenset(),
    status: int = HTTPStatus.OK,
) -> Response:
    async with office.database.reading() as session:
        line = await session.get(Line, line_id)
        if line is None:
            raise NotFound("line", line_id)
        published = await settings_of(session, line)
        draft = await session.get(LineDraft, line_id)
        history = await changes_of(session, line_id)
    now_shown = shown(published)
    typed = now_shown | (typed or {})
    settings, mistakes = _read(typed, line)
    wrong = wrong | mistakes
    t = await wording_of(request)
    scenes = preview(published | settings, line_id, office.clock.now()) if not wrong else []
    return await page(
        request,
        "line.html",
        zone=line.zone,
        status=status,
        line=line,
        groups=GROUPS,
        inputs_of=inputs_of,
        typed=typed,
        published=now_shown,
        wrong=wrong,
        draft=draft,
        scenes=scenes,
        history=history,
        days=[(day, get_day_names("wide", locale=t.language)[day]) for day in DAYS],
        reasons=REASONS,
    )


def _read(typed: dict[str, str], line: Line) -> tuple[dict[str, Any], frozenset[str]]:
    settings, wrong = read(typed)
    try:
        check_settings(dict(settings), line.country)
    except InvalidInput as error:
        return {}, wrong | {_field(error)}
    return settings, wrong


@pages.post("/lines/{line_id}", who=Role.ADMIN)
async def save(request: Request, office: Office, visitor: SignedIn, line_id: str) -> Response:
    """Keep a draft, or publish what was typed; what is wrong is shown beside its field."""
    form = await request.form()
    typed = typed_in({name: str(value) for name, value in form.items()})
    settings, wrong = read(typed)
    if form.get("do") != "publish" or wrong:
        await _keep(office, line_id, typed, visitor.user.name)
        if wrong:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await _form(request, office, line_id, typed, wrong, status)
        return go_to(f"/lines/{line_id}")
    try:
        async with office.work() as work:
            line = await work.session.get(Line, line_id, with_for_update=True)
            if line is None:
                raise NotFound("line", line_id)
            await publish(work, line, settings, visitor.user.name)
    except (InvalidInput, IntegrityError) as error:
        await _keep(office, line_id, typed, visitor.user.name)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _form(request, office, line_id, typed, frozenset({_field(error)}), status)
    return go_to(f"/lines/{line_id}")


def _field(error: InvalidInput | IntegrityError) -> str:
    """Return the field that is wrong; numbers and web addresses belong to one line only."""
    if isinstance(error, InvalidInput):
        return "numbers" if error.field == "phone_number" else error.field
    return "slug" if "slug" in str(error.orig) else "numbers"


def _why(error: InvalidInput | IntegrityError) -> str:
    return str(error) if isinstance(error, InvalidInput) else "numbers: another line has it"


async def _keep(office: Runtime, line_id: str, typed: dict[str, str], by: str) -> None:
    async with office.work() as work:
        if await work.session.get(Line, line_id) is None:
            raise NotFound("line", line_id)
        await keep_draft(work, line_id, typed, by)


@pages.post("/lines/{line_id}/discard", who=Role.ADMIN)
async def drop(office: Office, line_id: str) -> Response:
    """Drop the draft."""
    async with office.work() as work:
        await discard(work, line_id)
    return go_to(f"/lines/{line_id}")
