"""What callers are offered follows from the forecast and the plan, and a changed morning changes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callback.lines.directory import get_line
from tests.acceptance.test_choosing import WEEKDAYS
from tests.acceptance.test_menu import full_house
from tests.acceptance.town import Town
from tests.integration.past import answered, remember
from workers.schedule import look_ahead


async def past_and_plan(town: Town, *plan: str) -> None:
    """Open a busy line with a past of a call every three minutes, and send the plan of the day."""
    await full_house(town, opening_hours=WEEKDAYS, callbacks_per_window=5)
    async with town.database.reading() as session:
        line = await get_line(session, town.line_id)
    await remember(town.database, line, town.clock.now())
    rows = "\n".join(("start,end,agents", *plan))
    await town.api(
        "PUT", f"/lines/{town.line_id}/plan", content=rows, headers={"Content-Type": "text/csv"}
    )
    await look_ahead({"runtime": town.runtime})


async def offered(town: Town, number: str) -> str:
    """Return what a caller hears who asks for the times to choose from."""
    sid = town.call(number, "choose a time", patience_s=60)
    await town.play(minutes=1.5)
    return town.heard(sid)


@pytest.mark.both_databases
async def test_times_are_offered_when_the_plan_leaves_agents_to_spare(town: Town) -> None:
    await past_and_plan(
        town, "2026-03-02 11:00,2026-03-02 13:00,2", "2026-03-02 13:00,2026-03-02 18:00,12"
    )
    heard = await offered(town, "+14155550131")
    # It is ten o'clock; until one o'clock live callers need everybody who is planned.
    assert "between 1:00 PM and 1:15 PM" in heard
    assert "AM" not in heard.partition("Press 1 to choose")[2]


async def test_without_a_plan_the_fixed_limit_offers_the_next_times(town: Town) -> None:
    await full_house(town, opening_hours=WEEKDAYS, callbacks_per_window=5)
    heard = await offered(town, "+14155550131")
    assert "between 10:" in heard or "between 11:" in heard


async def test_a_plan_with_nobody_to_spare_offers_another_day(town: Town) -> None:
    await past_and_plan(
        town, "2026-03-02 10:00,2026-03-02 18:00,2", "2026-03-03 08:00,2026-03-03 18:00,12"
    )
    heard = await offered(town, "+14155550131")
    assert "tomorrow between 8:00 AM and 8:15 AM" in heard


async def test_a_changed_morning_changes_the_offers_at_the_next_look(town: Town) -> None:
    await past_and_plan(town, "2026-03-02 11:00,2026-03-02 18:00,4")
    before = await offered(town, "+14155550131")
    assert "today between 11:" in before
    async with town.database.transaction() as session:
        line = await get_line(session, town.line_id)
        rush = [answered(line, town.clock.now() - timedelta(seconds=20 * n)) for n in range(1, 300)]
        session.add_all(rush)
    town.clock.move_to(town.clock.now() + timedelta(minutes=1))
    await look_ahead({"runtime": town.runtime})
    after = await offered(town, "+14155550132")
    assert "today between 11:" not in after
