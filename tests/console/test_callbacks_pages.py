"""The list of callbacks, what is done with many, the file, and the story of one."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from callback.agents.presence import AgentStatus
from callback.dialing.leg import LegRole, LegStatus
from callback.dialing.reservation import ReservationStatus
from callback.keys import Role
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.reporting.finding import PAGE
from tests.console.conftest import Console, Visit
from webhooks.console.csv_file import cell


async def row_of(console: Console, callback: Callback) -> Callback:
    row = await console.office.again(callback)
    assert isinstance(row, Callback)
    return row


def numbers(text: str) -> list[str]:
    """The numbers of the rows, in their order."""
    return [part[:11] for part in text.split('aria-label="Tick +')[1:]]


async def test_callbacks_are_found_by_line_state_number_and_day_and_sorted(
    console: Console,
) -> None:
    office = console.office
    line, other = await office.line(), await office.line(name="Sales", number="+14155550101")
    now = office.clock.now()
    await office.owed(line, 1, promised_from=now + timedelta(minutes=9))
    await office.owed(line, 2, promised_from=now + timedelta(minutes=5))
    await office.owed(other, 3, promised_from=now + timedelta(days=1))
    await office.owed(line, 4, status=CallbackStatus.COMPLETED)
    visit = await console.signed_in(Role.SUPERVISOR)

    async def found(query: str = "") -> list[str]:
        return [each[-4:] for each in numbers((await visit.get(f"/callbacks?{query}")).text)]

    assert await found() == ["2002", "2001", "2003"]
    assert await found("order=-promised") == ["2003", "2001", "2002"]
    assert await found(f"line_id={other.id}") == ["2003"]
    assert await found("status=completed") == ["2004"]
    assert len(await found("status=all")) == 4
    assert await found("number=552001") == ["2001"]
    assert await found("number=(415) 555-2002") == ["2002"]
    assert await found("day=2026-03-03") == ["2003"]
    assert await found("day=nonsense&order=nonsense&status=nonsense&page=-1") == [
        "2002",
        "2001",
        "2003",
    ]
    assert "No callback matches this." in (await visit.get("/callbacks?number=99999")).text


async def test_a_long_list_is_shown_page_by_page(console: Console) -> None:
    office = console.office
    line = await office.line()
    for number in range(PAGE + 2):
        await office.owed(line, number)
    visit = await console.signed_in(Role.SUPERVISOR)
    first, second = await visit.get("/callbacks"), await visit.get("/callbacks?page=1")
    assert (len(numbers(first.text)), len(numbers(second.text))) == (PAGE, 2)
    assert 'rel="next"' in first.text
    assert 'rel="next"' not in second.text


async def test_what_is_ticked_is_changed_and_what_refuses_is_named(console: Console) -> None:
    office = console.office
    line = await office.line()
    agent = await office.agent(line)
    open_one, over = (
        await office.owed(line, 1),
        await office.owed(line, 2, status=CallbackStatus.COMPLETED),
    )
    visit = await console.signed_in(Role.SUPERVISOR)
    await visit.get("/callbacks")
    back = "/callbacks?status=all"
    done = await visit.post(
        "/callbacks/change", action="reassign", ids=open_one.id, agent_id=agent.id, back=back
    )
    assert done.headers["Location"] == back
    assert (await row_of(console, open_one)).preferred_agent_id == agent.id
    await visit.post("/callbacks/change", action="dial_now", ids=open_one.id)
    assert (await row_of(console, open_one)).priority == 10
    await visit.post(
        "/callbacks/change", action="move", ids=open_one.id, time_from="2026-03-02T18:07"
    )
    moved = await row_of(console, open_one)
    assert moved.promised_from.isoformat() == "2026-03-02T18:15:00+00:00"
    refused = await _two(visit, [open_one.id, over.id], "cancel")
    assert "1 could not be changed" in refused
    assert "+14155552002" in refused
    assert (await row_of(console, open_one)).status == CallbackStatus.CANCELED


async def _two(visit: Visit, ids: list[str], action: str) -> str:
    fields = {"form_secret": visit.form_secret, "action": action, "ids": ids}
    answer = await visit.web.post("/callbacks/change", data=fields)
    assert answer.status_code == 409
    return answer.text


async def test_what_cannot_be_is_said(console: Console) -> None:
    line = await console.office.line()
    owed = await console.office.owed(line)
    visit = await console.signed_in(Role.SUPERVISOR)
    await visit.get("/callbacks")
    missing = await visit.post("/callbacks/change", 422, action="move", ids=owed.id)
    assert "give a day and a time" in missing.text
    unknown = await visit.post("/callbacks/change", 409, action="explode", ids=owed.id)
    assert "nothing that can be done" in unknown.text
    nothing = await visit.post("/callbacks/change", action="cancel", back="https://evil.example/")
    assert nothing.headers["Location"] == "/callbacks"
    elsewhere = await visit.post("/callbacks/change", action="cancel", back="//evil.example/")
    assert elsewhere.headers["Location"] == "/callbacks"


async def test_the_file_holds_what_was_found_and_no_formulas(console: Console) -> None:
    line = await console.office.line(name="=Support")
    await console.office.owed(line, 1, reason="=1+1")
    await console.office.owed(line, 2, status=CallbackStatus.FAILED)
    visit = await console.signed_in(Role.SUPERVISOR)
    answer = await visit.get("/callbacks/export?status=waiting")
    assert "callbacks.csv" in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["line"], row["reason"], row["phone_number"]) == (
        "'=Support",
        "'=1+1",
        "+14155552001",
    )
    assert row["promised_from"] == "2026-03-02T09:00:00Z"
    assert row["promise_kept"] == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (-1.5, "-1.5"), ("-cmd|x", "'-cmd|x"), ("@x", "'@x"), ("a", "a"), (True, "True")],
)
def test_a_cell_is_what_a_spreadsheet_may_read(value: object, text: str) -> None:
    assert cell(value) == text


async def test_one_callback_tells_its_story_in_plain_words(console: Console) -> None:
    office = console.office
    line = await office.line(time_zone="America/New_York")
    owed = await office.owed(line, reason="My <b>bill</b>")
    async with office.database.transaction() as session:
        row = await session.get_one(Callback, owed.id)
        row.note("request", office.clock.now(), "by phone")
        row.note("danger", office.clock.now(), "near")
        row.note("something_new", office.clock.now())
    agent = await office.agent(line, status=AgentStatus.RESERVED)
    reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, owed)
    dialed = office.clock.now()
    await office.leg(
        reservation,
        LegRole.PERSON,
        owed.phone_number,
        LegStatus.PLACED,
        placed_at=dialed,
        rang_at=dialed + timedelta(seconds=7),
    )
    visit = await console.signed_in(Role.SUPERVISOR)
    text = (await visit.get(f"/callbacks/{owed.id}")).text
    assert "The callback was promised" in text
    assert "The promise came into danger" in text
    assert "something new" in text
    assert "The phone rang" in text
    assert "+0:07" in text
    assert "My &lt;b&gt;bill&lt;/b&gt;" in text
    assert "4:00" in text
    for action in ("dial_now", "cancel", "reassign", "move"):
        assert f'value="{action}"' in text
    over = await office.owed(line, 2, status=CallbackStatus.COMPLETED)
    done = (await visit.get(f"/callbacks/{over.id}")).text
    assert 'name="action"' not in done
    await visit.get("/callbacks/nothing", 404)
