"""The manager's pages: what they show, their files, and a line about which nothing is known."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from callback.agents.shift import PlannedShift, replace_plan
from callback.calls.call import Direction
from callback.calls.nightly_forecast import keep_forecast
from callback.keys import Role
from callback.lines.line import Line
from callback.reporting.chart_svg import RULES
from tests.console.conftest import Console
from tests.integration.past import answered, remember
from webhooks.console.assets import files
from webhooks.console.wording import languages

HOURS = [{"day": day, "opens": "08:00", "closes": "18:00"} for day in range(5)]
PAGES = ("/peaks", "/forecast", "/staffing", "/punctuality", "/team", "/imports")


async def a_line(console: Console) -> Line:
    office = console.office
    line = await office.line(opening_hours=HOURS)
    await remember(office.database, line, office.clock.now())
    await keep_forecast(office.database, line, office.clock.now())
    eight = office.clock.now().replace(hour=8)
    async with office.runtime.work() as work:
        await replace_plan(work, line, [PlannedShift(eight, eight + timedelta(hours=10), 4)])
    return line


@pytest.mark.parametrize("path", PAGES)
async def test_a_line_without_a_past_is_shown_without_trouble(console: Console, path: str) -> None:
    await console.office.line(name="Newcomer")
    visit = await console.signed_in(Role.MANAGER)
    assert "Newcomer" in (await visit.get(path)).text


async def test_every_page_is_there_in_every_language(console: Console) -> None:
    await a_line(console)
    visit = await console.signed_in(Role.MANAGER)
    for language in languages():
        await visit.get("/account")
        await visit.post("/account", language=language, theme="system")
        for path in PAGES:
            text = (await visit.get(path)).text
            assert f'<html lang="{language}"' in text
            assert "style=" not in text


async def test_peaks_and_best_times_are_shown_with_their_tables(console: Console) -> None:
    await a_line(console)
    visit = await console.signed_in(Role.MANAGER)
    text = (await visit.get("/peaks")).text
    assert text.count("<svg") == 3
    assert text.count("<details>") == 3
    assert "20.0 calls" in text
    assert "0:10 of waiting" in text


async def test_the_forecast_is_shown_beside_what_came(console: Console) -> None:
    line = await a_line(console)
    visit = await console.signed_in(Role.MANAGER)
    assert "No forecast is old enough" in (await visit.get("/forecast")).text
    console.office.clock.move_to(console.office.clock.now() + timedelta(days=2))
    await remember(console.office.database, line, console.office.clock.now(), days=2)
    visit = await console.signed_in(Role.MANAGER)
    text = (await visit.get(f"/forecast?line={line.id}&days=1")).text
    assert text.count("<svg") == 2
    assert "What past forecasts came to" in text


async def test_a_slider_is_answered_in_less_than_200_ms(console: Console) -> None:
    line = await a_line(console)
    visit = await console.signed_in(Role.MANAGER)
    plain = (await visit.get(f"/staffing?line={line.id}")).text
    begun = time.process_time()
    fewer = (await visit.get(f"/staffing?line={line.id}&extra=-2&handle=600&share=0.9")).text
    assert time.process_time() - begun < 0.2
    assert plain != fewer
    assert 'class="card late"' in fewer
    await visit.get("/staffing?share=7", 422)


async def test_pictures_come_as_files_and_nothing_else_does(console: Console) -> None:
    line = await a_line(console)
    visit = await console.signed_in(Role.MANAGER)
    for name in ("volume", "wait", "abandonment", "forecast", "staffing", "accuracy"):
        drawing = await visit.get(f"/pictures/{name}.svg?line={line.id}&days=1")
        assert drawing.headers["content-type"] == "image/svg+xml"
        assert drawing.text.startswith("<svg xmlns=")
        assert "script-src" not in drawing.headers["content-security-policy"]
        table = await visit.get(f"/pictures/{name}.csv?line={line.id}&days=1")
        assert table.headers["content-type"].startswith("text/csv")
    for name in ("volume", "forecast"):
        image = await visit.get(f"/pictures/{name}.png?line={line.id}&days=1")
        assert image.headers["content-type"] == "image/png"
        assert image.content.startswith(b"\x89PNG")
    for name in ("volume.pdf", "nonsense.png", "nonsense.svg", "volume"):
        await visit.get(f"/pictures/{name}", 404)


async def test_who_kept_promises_is_thanked(console: Console) -> None:
    office = console.office
    line = await office.line()
    ada, ben = await office.agent(line, 1, name="Ada"), await office.agent(line, 2, name="Ben")
    now = office.clock.now()
    owed = await office.owed(line, 1, status="completed", promise_kept=True)
    returned = answered(line, now - timedelta(hours=1))
    returned.direction, returned.callback_id = Direction.CALLBACK, owed.id
    returned.agent_id = ada.id
    lived = answered(line, now - timedelta(hours=2))
    lived.agent_id = ben.id
    async with office.database.transaction() as session:
        session.add_all([returned, lived])
    visit = await console.signed_in(Role.MANAGER)
    text = (await visit.get("/team")).text
    assert "Ada: 1 promises kept, 1 callers helped" in text
    assert text.index("Ada: 1") < text.index("Ben: 0")
    assert "Nobody answered" in (await visit.get("/team?back=1")).text


def test_the_sheet_of_pages_has_the_rules_of_files() -> None:
    assert files()["chart.css"].decode().endswith(RULES)
