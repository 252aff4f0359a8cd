"""Setting up a number through the telephone company's own interface, from the console's page."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientConnectorError

from callback.keys import Role
from callback.people.members import create_user
from callback.people.session import open_session
from tests.acceptance.town import CALLER, LINE, PUBLIC, Town


async def sign_in(town: Town) -> str:
    async with town.runtime.work() as work:
        user = await create_user(work, "admin@example.com", "Admin", Role.ADMIN)
        session, secret = open_session(work.session, user, work.now)
    town.web.cookies.set("__Host-callback", secret)
    return session.form_secret


async def test_number_that_led_elsewhere_is_led_here_and_can_be_called(town: Town) -> None:
    await town.open(announce_every_seconds=120)
    town.exchange.set_number(
        LINE, voice_url="https://old.example/", voice_fallback_url="", status_callback=""
    )
    secret = await sign_in(town)
    before = (await town.web.get("/setup")).text
    assert "Numbers in the account: 1." in before
    assert "https://old.example/" in before
    sid = before.split('name="sid" value="')[1].split('"')[0]
    led = await town.web.post("/setup/numbers", data={"form_secret": secret, "sid": sid})
    assert led.status_code == 303
    assert "https://old.example/" not in (await town.web.get("/setup")).text
    number = town.exchange.account.numbers[LINE]
    assert (number.voice_url, number.status_callback, number.sms_url) == (
        f"{PUBLIC}/twilio/voice/incoming",
        f"{PUBLIC}/twilio/voice/status",
        f"{PUBLIC}/twilio/messaging/incoming",
    )
    sid = town.call(CALLER, patience_s=20)
    await town.play(minutes=1)
    assert "Thank you for calling Support." in town.heard(sid)


async def test_a_company_that_cannot_be_asked_is_told_of(town: Town) -> None:
    await town.open()
    await sign_in(town)

    def refuse(method: str, uri: str, asked: dict[str, Any]) -> None:
        raise ClientConnectorError(None, OSError(f"{method} {uri} {asked}"))  # type: ignore[arg-type]

    town.library.before = refuse
    text = (await town.web.get("/setup")).text
    assert "Twilio could not be asked." in text


async def test_number_of_a_line_that_the_account_does_not_have_is_named(town: Town) -> None:
    await town.open(numbers=[LINE, "+14155550108"])
    await sign_in(town)
    text = (await town.web.get("/setup")).text
    assert "not in the account: +14155550108" in text
