"""Setting up a number through the telephone company's own interface, from the console's page."""

from __future__ import annotations

from typing import Any

import pytest
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


async def try_line(town: Town, secret: str, number: str = CALLER) -> str:
    """Ask for a trial call by the page's form, let it happen, and return the page."""
    data = {"form_secret": secret, "line_id": town.line_id, "number": number}
    assert (await town.web.post("/setup/calls", data=data)).status_code == 303
    await town.play(minutes=2)
    return (await town.web.get("/setup")).text


async def test_a_trial_call_says_in_the_lines_language_that_it_works(town: Town) -> None:
    await town.open(languages=["es"])
    town.person(CALLER, choices=[{"hears": "confirmar", "presses": "1"}])
    secret = await sign_in(town)
    number = town.exchange.account.numbers[LINE]
    await town.web.post("/setup/numbers", data={"form_secret": secret, "sid": number.sid})
    before = (await town.web.get("/setup")).text
    assert 'data-part="step-call" data-key="step-call" aria-current="step"' in before
    data = {"form_secret": secret, "line_id": town.line_id, "number": CALLER}
    await town.web.post("/setup/calls", data=data)
    await town.settle()
    assert "is being placed" in (await town.web.get("/setup")).text
    await town.play(minutes=2)
    after = (await town.web.get("/setup")).text
    assert "works: answered, key pressed" in after
    assert 'data-part="step-agents" data-key="step-agents" aria-current="step"' in after
    (call,) = town.calls_to(CALLER)
    heard = town.heard(call.sid)
    assert "Esta es una llamada de prueba de Support." in heard
    assert "La línea funciona." in heard
    town.no_problems()
    await town.all_over()


async def test_a_mailbox_proves_nothing_more_than_that_it_was_reached(town: Town) -> None:
    await town.open()
    town.person(CALLER, answers={"machine_after_s": 3, "greeting_s": 1})
    text = await try_line(town, await sign_in(town))
    assert "answered, but no key was pressed" in text


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ("busy", "busy"),
        ("never", "rang, nobody answered"),
        ("fail", "failed"),
    ],
)
async def test_the_page_says_why_nobody_was_reached(town: Town, answers: str, words: str) -> None:
    await town.open()
    town.person(CALLER, answers=answers)
    text = await try_line(town, await sign_in(town))
    assert f'<span class="tag bad">{words}</span>' in text
    await town.all_over()


async def test_the_page_says_in_plain_words_what_was_refused(town: Town) -> None:
    await town.open()
    secret = await sign_in(town)
    town.library.refused[CALLER] = 21215
    assert "The account may not call that country" in await try_line(town, secret)
    assert "no ordinary phone number" in await try_line(town, secret, "+19005550100")
    wrong = {"form_secret": secret, "line_id": town.line_id, "number": "x"}
    answer = await town.web.post("/setup/calls", data=wrong)
    assert answer.status_code == 422
    assert "That is not a phone number." in answer.text


async def test_a_line_is_made_of_a_number_of_the_account_and_led_here(town: Town) -> None:
    town.exchange.set_number(
        LINE, voice_url="https://old.example/", voice_fallback_url="", status_callback=""
    )
    secret = await sign_in(town)
    before = (await town.web.get("/setup")).text
    assert 'data-part="step-line" data-key="step-line" aria-current="step"' in before
    sid = before.split('<option value="')[1].split('"')[0]
    data = {"form_secret": secret, "name": "Help", "sid": sid, "time_zone": "Nowhere"}
    assert "Nowhere" in (await town.web.post("/setup/lines", data=data)).text
    made = await town.web.post("/setup/lines", data=data | {"time_zone": ""})
    assert made.status_code == 303
    after = (await town.web.get("/setup")).text
    assert "Help" in after
    assert 'data-part="step-call" data-key="step-call" aria-current="step"' in after
    assert town.exchange.account.numbers[LINE].voice_url == f"{PUBLIC}/twilio/voice/incoming"
