"""A callback's own page: who holds the link sees, moves and cancels; nobody else finds anything."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from callback.clock import ManualClock
from callback.database import Database
from callback.lines.line import Line
from callback.messages.message import Message
from callback.promises.callback import Callback, CallbackKind
from callback.promises.lifecycle import CallbackStatus
from callback.promises.texting import revoke_link
from tests.integration.office import PUBLIC, Office
from webhooks.app import create_app

NEW_YORK = "+12125550123"


@pytest.fixture
def office(database: Database, clock: ManualClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path, secret_key="a secret for tests")


@pytest.fixture
async def web(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(office.runtime), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        yield client


@pytest.fixture
async def line(office: Office) -> Line:
    office.clock.move(timedelta(hours=6))  # three in the afternoon UTC, ten in New York
    return await office.line(time_zone="America/Los_Angeles")


async def scheduled(office: Office, line: Line, **more: object) -> Callback:
    start = office.clock.now() + timedelta(hours=2)
    given: dict[str, object] = {
        "phone_number": NEW_YORK,
        "kind": CallbackKind.SCHEDULED,
        "status": CallbackStatus.SCHEDULED,
        "promised_from": start,
        "promised_until": start + timedelta(minutes=15),
        "due_at": start,
    }
    return await office.owed(line, **given | more)


def link(office: Office, owed: Callback, days: int = 1) -> str:
    until = office.clock.now() + timedelta(days=days)
    return f"/c/{office.runtime.links.token(owed.id, until, 0)}"


def field(name: str, html: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return found[1]


async def now(office: Office, owed: Callback) -> Callback:
    found = await office.again(owed)
    assert isinstance(found, Callback)
    return found


async def test_the_page_tells_the_promise_on_the_persons_clock_and_in_her_language(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    owed = await scheduled(office, line)
    answer = await web.get(link(office, owed))
    assert answer.status_code == 200
    assert "We will call you today between 12:00 PM and 12:15 PM your time, 9:00" in answer.text
    assert "ends in 23" in answer.text
    assert NEW_YORK not in answer.text
    spanish = await scheduled(office, line, language="es", phone_number="+12125550124")
    answer = await web.get(link(office, spanish))
    assert '<html lang="es">' in answer.text
    assert "Le llamaremos hoy entre las 12:00" in answer.text


async def test_the_page_lets_nothing_in_and_nothing_out(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    headers = (await web.get(link(office, await scheduled(office, line)))).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    style = await web.get("/pages/style.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


async def test_a_time_of_the_page_is_promised_instead(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    owed = await scheduled(office, line)
    address = link(office, owed)
    html = (await web.get(address)).text
    start, version = field("start", html), field("version", html)
    moved = await web.post(f"{address}/move", data={"start": start, "version": version})
    assert moved.status_code == 303
    shown = await web.get(moved.headers["location"])
    assert "Done. This is what we promise now." in shown.text
    found = await now(office, owed)
    assert found.promised_from.isoformat() == start
    assert found.promised_from != owed.promised_from


async def test_looking_changes_nothing(office: Office, web: httpx.AsyncClient, line: Line) -> None:
    owed = await scheduled(office, line)
    address = link(office, owed)
    for path in ("", "/move", "/cancel", "?done=canceled", "?done=nonsense&after=never"):
        await web.get(address + path)
    assert (await now(office, owed)).status is CallbackStatus.SCHEDULED


async def test_later_times_follow_on_the_ones_before(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    owed = await scheduled(office, line)
    first = (await web.get(link(office, owed))).text
    starts = re.findall(r'name="start" value="([^"]*)"', first)
    later = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert later is not None
    second = (await web.get(later[1].replace("&amp;", "&"))).text
    assert min(re.findall(r'name="start" value="([^"]*)"', second)) >= max(starts)


@pytest.mark.parametrize("start", ["", "soon", "2026-03-02T17:07:00+00:00", "2026-03-02T17:00:00"])
async def test_a_time_that_the_page_did_not_offer_is_not_promised(
    office: Office, web: httpx.AsyncClient, line: Line, start: str
) -> None:
    owed = await scheduled(office, line)
    form = {"start": start, "version": str(owed.version)}
    answer = await web.post(f"{link(office, owed)}/move", data=form)
    assert answer.headers["location"].endswith("?done=full")
    assert (await now(office, owed)).promised_from == owed.promised_from


async def test_an_hour_that_is_not_lawful_is_not_promised(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    owed = await scheduled(office, line)
    night = "2026-03-03T06:00:00+00:00"  # one in the morning in New York
    form = {"start": night, "version": str(owed.version)}
    await web.post(f"{link(office, owed)}/move", data=form)
    assert (await now(office, owed)).promised_from == owed.promised_from


async def test_a_page_that_has_grown_old_changes_nothing(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    owed = await scheduled(office, line)
    for what in ("move", "cancel"):
        answer = await web.post(
            f"{link(office, owed)}/{what}",
            data={"start": "2026-03-02T18:00:00+00:00", "version": str(owed.version - 1)},
        )
        assert answer.headers["location"].endswith("?done=changed")
    assert (await now(office, owed)).status is CallbackStatus.SCHEDULED


async def test_a_promise_is_taken_back(office: Office, web: httpx.AsyncClient, line: Line) -> None:
    owed = await scheduled(office, line)
    address = link(office, owed)
    version = field("version", (await web.get(address)).text)
    done = await web.post(f"{address}/cancel", data={"version": version})
    shown = await web.get(done.headers["location"])
    assert "The call is canceled." in shown.text
    assert "<form" not in shown.text
    assert (await now(office, owed)).status is CallbackStatus.CANCELED
    again = await web.post(f"{address}/cancel", data={"version": version})
    assert again.headers["location"].endswith("?done=changed")


async def test_somebody_in_line_sees_her_place(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    await office.agent(line)
    await office.owed(line, 1)
    owed = await office.owed(line, 2)
    html = (await web.get(link(office, owed))).text
    assert "Your turn for our call comes soon." in html
    assert "You are number 2 in line." in html
    assert "Cancel the call" in html


async def test_whom_we_missed_asks_for_another_call(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    missed = await scheduled(office, line, status=CallbackStatus.FAILED)
    address = link(office, missed)
    html = (await web.get(address)).text
    assert "could not reach you" in html
    form = {"start": field("start", html), "version": field("version", html)}
    done = await web.post(f"{address}/move", data=form)
    shown = await web.get(done.headers["location"])
    assert "We will call you today between" in shown.text
    assert not done.headers["location"].startswith(address)


@pytest.mark.parametrize("status", [CallbackStatus.DIALING, CallbackStatus.COMPLETED])
async def test_what_is_being_done_or_is_over_cannot_be_changed(
    office: Office, web: httpx.AsyncClient, line: Line, status: CallbackStatus
) -> None:
    owed = await scheduled(office, line, status=status)
    address = link(office, owed)
    assert "<form" not in (await web.get(address)).text
    for what in ("move", "cancel"):
        await web.post(
            f"{address}/{what}",
            data={"start": "2026-03-02T18:00:00+00:00", "version": str(owed.version)},
        )
    assert (await now(office, owed)).status is status


async def test_an_expired_link_says_so_in_the_readers_language(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    address = link(office, await scheduled(office, line))
    office.clock.move(timedelta(days=2))
    answer = await web.get(address, headers={"Accept-Language": "xx, de-AT;q=0.9, en;q=0.1"})
    assert answer.status_code == 410
    assert "Der Link ist abgelaufen." in answer.text


@pytest.mark.parametrize("token", ["x", "AAAA.BBBB", "a" * 3000, "%00", "%C3%A9"])
async def test_a_made_up_link_leads_nowhere(web: httpx.AsyncClient, token: str) -> None:
    answer = await web.get(f"/c/{token}")
    assert answer.status_code == 404
    assert "The link is not complete." in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (await web.post(f"/c/{token}/cancel", data={"version": "1"})).status_code == 404


async def test_guessing_links_comes_to_an_end(web: httpx.AsyncClient) -> None:
    codes = {(await web.get(f"/c/guess{number}")).status_code for number in range(120)}
    assert codes == {404}
    answer = await web.get("/c/guess")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert "That was too often." in answer.text


async def test_nobody_tries_for_ever(office: Office, web: httpx.AsyncClient, line: Line) -> None:
    owed = await scheduled(office, line)
    address = link(office, owed)
    codes = [
        (await web.post(f"{address}/move", data={"start": "", "version": "1"})).status_code
        for _ in range(11)
    ]
    assert codes == [303] * 10 + [429]
    office.clock.move(timedelta(minutes=5))
    answer = await web.post(f"{address}/cancel", data={"version": str(owed.version)})
    assert answer.status_code == 303


async def test_only_small_plain_forms_are_read(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    address = link(office, await scheduled(office, line))
    file = await web.post(f"{address}/move", files={"start": b"x"})
    many = await web.post(f"{address}/move", data={f"field{n}": "" for n in range(21)})
    long = await web.post(f"{address}/move", data={"start": "x" * 5000})
    assert (file.status_code, many.status_code, long.status_code) == (422, 422, 413)


async def test_a_form_that_does_not_say_how_long_it_is_is_bounded_too(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    owed = await scheduled(office, line)
    read = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal read
        yield f"version={owed.version}&more=".encode()
        for _ in range(100):
            read += 1
            yield b"x" * 1000

    answer = await web.post(
        f"{link(office, owed)}/cancel",
        content=parts(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413
    assert read == 4
    assert (await now(office, owed)).status == CallbackStatus.SCHEDULED


async def test_a_revoked_link_opens_nothing_and_a_new_one_does(
    office: Office, web: httpx.AsyncClient, line: Line
) -> None:
    owed = await scheduled(office, line)
    sent = link(office, owed)
    assert (await web.get(sent)).status_code == 200
    async with office.runtime.work() as work:
        callback = await work.session.get_one(Callback, owed.id)
        await revoke_link(work, line, callback, "Sue")
    for answer in (
        await web.get(sent),
        await web.post(f"{sent}/cancel", data={"version": str(owed.version)}),
        await web.post(f"{sent}/move", data={"version": str(owed.version)}),
    ):
        assert answer.status_code == 410
        assert NEW_YORK[-2:] not in answer.text
    assert (await now(office, owed)).status == CallbackStatus.SCHEDULED
    async with office.database.reading() as session:
        (reminder,) = (await session.exec(select(Message))).all()
    renewed = reminder.body.partition("/c/")[2].split()[0].rstrip(".")
    assert (await web.get(f"/c/{renewed}")).status_code == 200
    other = await scheduled(office, line, phone_number="+12125550124")
    assert (await web.get(link(office, other))).status_code == 200
