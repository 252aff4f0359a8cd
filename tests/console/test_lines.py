"""The settings of lines: made, drafted, refused beside the field, published, and written into history."""

from __future__ import annotations

from sqlmodel import select

from callback.keys import Role
from callback.lines.changes import LineChange, LineDraft
from callback.lines.line import Line
from tests.console.conftest import Console
from webhooks.console.line_fields import shown, typed_in


async def typed_for(console: Console, line: Line, **changes: str) -> dict[str, str]:
    settings = line.model_dump(mode="json") | {
        "numbers": ["+14155550100"],
        "number_languages": {},
    }
    return typed_in(shown(settings)) | changes


async def row_of(console: Console, line: Line) -> Line:
    row = await console.office.again(line)
    assert isinstance(row, Line)
    return row


async def test_a_line_is_made_and_its_settings_are_shown(console: Console) -> None:
    visit = await console.signed_in(Role.ADMIN)
    await visit.get("/lines")
    made = await visit.post(
        "/lines", name="Sales <b>", number="(415) 555-0177", time_zone="America/Los_Angeles"
    )
    text = (await visit.get(made.headers["Location"])).text
    assert "Sales &lt;b&gt;" in text
    assert "+14155550177" in text
    assert "What callers will hear" in text
    wrong = await visit.post("/lines", 422, name="X", number="12", time_zone="Mars")
    assert "The line was not made:" in wrong.text
    assert (await visit.get("/lines")).text.count('aria-labelledby="line-') == 1


async def test_a_draft_changes_nothing_until_it_is_published(console: Console) -> None:
    line = await console.office.line()
    visit = await console.signed_in(Role.ADMIN)
    await visit.get(f"/lines/{line.id}")
    typed = await typed_for(console, line, ring_seconds="40", languages="de")
    await visit.post(f"/lines/{line.id}", do="draft", **typed)
    assert (await row_of(console, line)).ring_seconds == 25
    page = (await visit.get(f"/lines/{line.id}")).text
    assert "A draft by Admin" in page
    assert "Willkommen" in page or "Anruf" in page
    assert "draft" in (await visit.get("/lines")).text
    await visit.post(f"/lines/{line.id}", do="publish", **typed)
    assert (await row_of(console, line)).ring_seconds == 40
    page = (await visit.get(f"/lines/{line.id}")).text
    assert "A draft by" not in page
    assert "<code>25</code> → <code>40</code>" in page
    async with console.office.database.reading() as session:
        (change,) = (await session.exec(select(LineChange))).all()
    assert change.by == "Admin"
    assert change.fields == {"ring_seconds": [25, 40], "languages": [["en"], ["de"]]}


async def test_what_is_wrong_is_shown_beside_its_field_and_nothing_is_published(
    console: Console,
) -> None:
    line = await console.office.line()
    visit = await console.signed_in(Role.ADMIN)
    await visit.get(f"/lines/{line.id}")
    for name, value, field in (
        ("ring_seconds", "soon", "ring_seconds"),
        ("time_zone", "Mars/Olympus", "time_zone"),
        ("hours_0", "12:00-08:00", "opening_hours"),
        ("special_days", "Christmas", "special_days"),
        ("events", "2026-04-01", "events"),
        ("events", "April bills", "events"),
        ("holidays_country", "XX", "holidays_country"),
        ("numbers", "12", "numbers"),
    ):
        typed = await typed_for(console, line, **{name: value})
        answer = await visit.post(f"/lines/{line.id}", 422, do="publish", **typed)
        assert f'href="#field-{field}"' in answer.text, name
        assert value in answer.text
        assert 'aria-invalid="true"' in answer.text
    assert (await row_of(console, line)).ring_seconds == 25
    # What was typed is still there after a reload, and can be dropped.
    assert ">12</textarea>" in (await visit.get(f"/lines/{line.id}")).text
    await visit.post(f"/lines/{line.id}/discard")
    async with console.office.database.reading() as session:
        assert (await session.exec(select(LineDraft))).all() == []


async def test_publishing_what_is_so_already_is_no_change(console: Console) -> None:
    line = await console.office.line()
    visit = await console.signed_in(Role.ADMIN)
    await visit.get(f"/lines/{line.id}")
    await visit.post(f"/lines/{line.id}", do="publish", **await typed_for(console, line))
    assert "Nothing was changed yet." in (await visit.get(f"/lines/{line.id}")).text


async def test_another_lines_number_is_refused_and_the_draft_is_kept(console: Console) -> None:
    line = await console.office.line()
    await console.office.line(name="Other", number="+14155550199")
    visit = await console.signed_in(Role.ADMIN)
    await visit.get(f"/lines/{line.id}")
    typed = await typed_for(console, line, numbers="+14155550199")
    answer = await visit.post(f"/lines/{line.id}", 422, do="publish", **typed)
    assert 'href="#field-numbers"' in answer.text
    answer = await visit.post("/lines", 422, name="Third", number="+14155550199", time_zone="UTC")
    assert "The line was not made:" in answer.text
