"""Twilio's own log is read over its API, page by page, and what we know already changes nothing."""

from __future__ import annotations

from datetime import timedelta

from callback.calls.twilio_importing import import_twilio
from callback.lines.directory import get_line
from tests.acceptance.test_menu import full_house
from tests.acceptance.town import CALLER, Town


async def test_calls_that_we_served_are_in_the_log_already(town: Town) -> None:
    await full_house(town)
    town.call(CALLER, patience_s=30)
    await town.play(minutes=30)
    async with town.database.reading() as session:
        line = await get_line(session, town.line_id)
    before = (await town.api("GET", "/calls"))["items"]

    async def pause() -> None:
        return None

    since = town.clock.now().date()
    history = town.runtime.telephony
    now = town.clock.now() + timedelta(minutes=1)
    result = await import_twilio(
        town.database,
        history,
        line,
        since,
        now,
        pause,
        lambda *_: None,  # type: ignore[arg-type]
    )
    assert (result.known, result.new) == (2, 0)
    assert (await town.api("GET", "/calls"))["items"] == before


async def test_calls_that_somebody_else_served_are_brought_in(town: Town) -> None:
    await full_house(town)
    town.call(CALLER, patience_s=30)
    await town.play(minutes=30)
    other = "+14155550155"
    made = {"name": "Other", "numbers": [other], "time_zone": "UTC"}
    line_id = (await town.api("POST", "/lines", 201, json=made))["id"]
    town.exchange.set_number(other, voice_url="https://elsewhere.example/voice")
    town.transport.breaks = "elsewhere"
    for _ in range(3):
        town.exchange.incoming_call("+14155550133", other)
        await town.play(minutes=1)
    async with town.database.reading() as session:
        line = await get_line(session, line_id)

    async def pause() -> None:
        return None

    history = town.runtime.telephony
    since, now = town.clock.now().date(), town.clock.now()
    result = await import_twilio(
        town.database,
        history,
        line,
        since,
        now,
        pause,
        lambda *_: None,  # type: ignore[arg-type]
    )
    assert result.new == 3
    calls = (await town.api("GET", "/calls", params={"line_id": line_id}))["items"]
    assert {call["phone_number"] for call in calls} == {"+14155550133"}
