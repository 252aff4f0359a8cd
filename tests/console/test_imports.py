"""Uploading a call log: what becomes of its rows, twice, in a dry run, and when it cannot be used."""

from __future__ import annotations

import gzip
from datetime import timedelta

import httpx
import pytest
from sqlmodel import func, select

from callback.calls.call import Call
from callback.calls.import_run import (
    EXAMPLES_SHOWN,
    KEPT,
    QUIET_UNTIL_BROKEN,
    ImportRun,
    RunState,
    begin_run,
)
from callback.keys import Role
from tests.console.conftest import Console, Visit
from webhooks.console.form_size import LARGEST_MB

HEADER = "arrived_at,caller,outcome,wait_seconds\n"
LOG = (
    HEADER
    + "2026-02-02 08:00:00,+493012345678,answered,10\n"
    + "2026-02-02 08:05:00,+493012345679,abandoned,40\n"
    + "some day,+493012345670,answered,10\n"
)


async def send(
    visit: Visit, content: bytes | str, expect: int = 303, name: str = "log.csv", **fields: str
) -> httpx.Response:
    answer = await visit.web.post(
        "/imports",
        data={"form_secret": visit.form_secret} | fields,
        files={"file": (name, content, "text/csv")},
    )
    assert answer.status_code == expect, answer.text
    return answer


async def runs(console: Console) -> list[ImportRun]:
    async with console.office.database.reading() as session:
        return list((await session.exec(select(ImportRun).order_by(ImportRun.id))).all())


async def calls(console: Console) -> list[Call]:
    async with console.office.database.reading() as session:
        return list((await session.exec(select(Call))).all())


async def test_a_log_is_imported_once_however_often_it_is_sent(console: Console) -> None:
    line = await console.office.line(name="Support")
    visit = await console.signed_in(Role.MANAGER)
    for _ in range(2):
        answer = await send(visit, LOG, line=line.id, zone="America/New_York")
        assert answer.headers["Location"] == f"/imports?line={line.id}"
        console.office.clock.move_to(console.office.clock.now() + timedelta(minutes=1))
    first, second = await runs(console)
    assert (first.read, first.new, first.known, first.rejected) == (3, 2, 0, 1)
    assert (second.read, second.new, second.known, second.rejected) == (3, 0, 2, 1)
    assert (first.share, first.by, first.file_name) == (1.0, "Manager", "log.csv")
    assert {each.arrived_at.hour for each in await calls(console)} == {13}
    text = (await visit.get("/imports")).text
    assert text.count('<span class="tag good">done</span>') == 2
    assert "some day" in text
    assert '<th scope="row" class="number">4</th><td>arrived_at</td>' in text
    assert list((console.office.runtime.settings.data_dir / "imports").iterdir()) == []


async def test_a_dry_run_keeps_nothing(console: Console) -> None:
    await console.office.line()
    visit = await console.signed_in(Role.MANAGER)
    await send(visit, LOG, dry_run="1")
    (run,) = await runs(console)
    assert (run.dry_run, run.new, run.rejected) == (True, 2, 1)
    assert await calls(console) == []


async def test_so_many_reasons_are_kept_and_no_more(console: Console) -> None:
    await console.office.line()
    visit = await console.signed_in(Role.MANAGER)
    await send(visit, HEADER + "nonsense,,,\n" * (EXAMPLES_SHOWN + 5))
    (run,) = await runs(console)
    assert (run.rejected, len(run.examples)) == (EXAMPLES_SHOWN + 5, EXAMPLES_SHOWN)
    assert f"The first {EXAMPLES_SHOWN} are shown" in (await visit.get("/imports")).text


async def test_a_file_that_is_no_call_log_says_why(console: Console) -> None:
    await console.office.line()
    visit = await console.signed_in(Role.MANAGER)
    await send(visit, "colour,taste\nred,sweet\n", name="<b>wine</b>.csv")
    (run,) = await runs(console)
    assert run.state(console.office.clock.now()) == RunState.FAILED
    text = (await visit.get("/imports")).text
    assert "The file cannot be used:" in text
    assert "<b>" not in text


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        ("", {}, "Choose a file that is not empty"),
        (gzip.compress(LOG.encode()), {}, "Please unpack it first"),
        (LOG, {"zone": "Mars/Base"}, "There is no such time zone"),
        (LOG, {"source": "a:b"}, "1 to 16 letters"),
    ],
)
async def test_what_cannot_be_begun_is_said_beside_the_form(
    console: Console, content: bytes | str, fields: dict[str, str], said: str
) -> None:
    await console.office.line()
    visit = await console.signed_in(Role.MANAGER)
    assert said in (await send(visit, content, 422, **fields)).text
    assert await runs(console) == []


async def test_one_import_runs_at_a_time_unless_it_was_broken_off(console: Console) -> None:
    office = console.office
    line = await office.line()
    async with office.runtime.work() as work:
        await begin_run(work, line, "old.csv", "Ada", dry_run=False)
    visit = await console.signed_in(Role.MANAGER)
    assert "<progress" in (await visit.get("/imports")).text
    assert "Another import is running" in (await send(visit, LOG, 422)).text
    office.clock.move_to(office.clock.now() + QUIET_UNTIL_BROKEN + timedelta(seconds=1))
    assert "It was broken off" in (await visit.get("/imports")).text
    await send(visit, LOG)
    assert [run.new for run in await runs(console)] == [0, 2]
    office.clock.move_to(office.clock.now() + KEPT + timedelta(days=1))
    visit = await console.signed_in(Role.MANAGER)
    await send(visit, LOG)
    assert [run.known for run in await runs(console)] == [2]


async def test_a_form_that_is_too_large_is_not_even_read(console: Console) -> None:
    await console.office.line()
    visit = await console.signed_in(Role.MANAGER)
    for header in (
        {"Content-Length": str(LARGEST_MB * 1_000_000 + 1)},
        {"Transfer-Encoding": "chunked"},
    ):
        answer = await visit.web.post("/imports", content=b"x", headers=header)
        assert answer.status_code == 413
        assert "What was sent is too large" in answer.text


async def test_a_supervisor_may_not(console: Console) -> None:
    await console.office.line()
    visit = await console.signed_in(Role.SUPERVISOR)
    await send(visit, LOG, 403)
    async with console.office.database.reading() as session:
        assert (await session.exec(select(func.count()).select_from(ImportRun))).one() == 0
