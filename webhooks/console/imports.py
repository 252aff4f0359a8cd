"""Call logs of other systems for managers: one is uploaded, and the page tells what becomes of its rows."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path, PurePath
from typing import BinaryIO

from fastapi import Request, Response
from fastapi.datastructures import FormData
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile

from callback.calls.import_run import (
    EXAMPLES_SHOWN,
    begin_run,
    carry_out,
    latest_runs,
    running,
)
from callback.calls.importing import ImportOptions
from callback.calls.log_times import DateOrder, zone_named
from callback.errors import InvalidInput
from callback.keys import Role
from callback.lines.line import Line
from callback.runtime import Runtime
from webhooks.console.form_size import LARGEST_MB
from webhooks.console.line_choice import choose_line
from webhooks.console.pages import Pages, SignedIn
from webhooks.console.rendering import go_to, page, wording_of
from webhooks.console.retelling import row_reason
from webhooks.requests import Office

pages = Pages()

GZIP = b"\x1f\x8b"


@pages.get("/imports", who=Role.MANAGER)
async def imports(request: Request, office: Office, line: str = "") -> Response:
    """Show the form, and the last imports of the line."""
    return await _show(request, office, line)


@pages.post("/imports", who=Role.MANAGER)
async def upload(request: Request, office: Office, visitor: SignedIn) -> Response:
    """Keep the file, answer at once, and import it afterwards.

    The form is read here and not by a parameter, so that nothing of a stranger is written to the disk.
    """
    form = await request.form()
    line_id = str(form.get("line", ""))
    async with office.database.reading() as session:
        line, _ = await choose_line(session, line_id)
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.size:
        return await _show(request, office, line.id, wrong="imports.no_file", typed=form)
    if await file.read(len(GZIP)) == GZIP:
        return await _show(request, office, line.id, wrong="imports.packed", typed=form)
    await file.seek(0)
    try:
        options = _options(form, line)
    except InvalidInput as error:
        wrong = "imports.bad_zone" if error.field == "zone" else "imports.bad_source"
        return await _show(request, office, line.id, wrong=wrong, typed=form)
    async with office.work() as work:
        if await running(work.session, work.now) is not None:
            return await _show(request, office, line.id, wrong="imports.busy", typed=form)
        name = PurePath(file.filename or "").name
        run = await begin_run(work, line, name, visitor.user.name, dry_run=options.dry_run)
    path = await asyncio.to_thread(_keep, file.file, office.settings.data_dir / "imports", run.id)
    answer = go_to(f"/imports?line={line.id}")
    answer.background = BackgroundTask(carry_out, office, run.id, line, path, options)
    return answer


def _options(form: FormData, line: Line) -> ImportOptions:
    order = str(form.get("date_order", ""))
    zone = str(form.get("zone", "")).strip()
    return ImportOptions(
        zone=zone_named(zone) if zone else line.zone,
        source=str(form.get("source", "")).strip() or "csv",
        date_order=DateOrder(order) if order in set(DateOrder) else None,
        dry_run=bool(form.get("dry_run")),
    )


def _keep(file: BinaryIO, folder: Path, run_id: str) -> Path:
    """Write an upload to the folder; what a killed process left there goes, as one import runs at a time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob("*.csv"):
        left.unlink(missing_ok=True)
    path = folder / f"{run_id}.csv"
    with path.open("wb") as out:
        shutil.copyfileobj(file, out)
    return path


async def _show(
    request: Request, office: Runtime, line_id: str, wrong: str = "", typed: FormData | None = None
) -> Response:
    async with office.database.reading() as session:
        line, lines = await choose_line(session, line_id)
        runs = await latest_runs(session, line.id)
    now = office.clock.now()
    t = await wording_of(request, line.zone)
    return await page(
        request,
        "imports.html",
        zone=line.zone,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        line=line,
        lines=lines,
        runs=[(run, run.state(now).value) for run in runs],
        orders=_values(DateOrder),
        row_reason=partial(row_reason, t),
        typed=typed or {"zone": line.zone.key, "source": "csv"},
        wrong=wrong,
        most=LARGEST_MB,
        shown=EXAMPLES_SHOWN,
    )


def _values(words: type[DateOrder]) -> Sequence[str]:
    return [word.value for word in words]
