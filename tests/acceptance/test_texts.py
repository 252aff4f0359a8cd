"""Text messages to the line: how things stand, another time, no call, a call please, and silence on STOP."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Say
from tests.acceptance.town import CALLER, LINE, PUBLIC, Town

SCHEDULED = "2026-03-02T22:30:00Z"


async def texted(town: Town, body: str) -> str:
    """Send a text and return our reply, empty if there is none."""
    before = len(replies(town))
    town.exchange.set_number(LINE, sms_url=f"{PUBLIC}/twilio/messaging/incoming")
    town.exchange.incoming_message(CALLER, LINE, body)
    await town.play(minutes=0.1)
    new = replies(town)[before:]
    assert len(new) <= 1
    return new[0] if new else ""


def replies(town: Town) -> list[str]:
    """Return what was answered to texts; confirmations and reminders are no answers."""
    messages = town.exchange.messages.values()
    return [each.body for each in messages if each.direction == "outbound-reply"]


async def test_a_text_moves_and_cancels_what_was_promised(town: Town) -> None:
    await town.open()
    await town.ask(promised_from=SCHEDULED)
    told = await texted(town, "status")
    assert told.startswith(
        "Support: we will call you today between 2:30 PM and 2:45 PM. Reply 1, 2, 3"
    )
    assert "today between" in await texted(town, "3")
    moved = await town.only_callback()
    assert moved["promised_from"] != SCHEDULED
    assert await texted(town, "no call") == "Support: the call is canceled."
    assert (await town.only_callback())["status"] == "canceled"
    town.no_problems()


async def test_call_me_ends_in_a_conversation(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=10)
    assert (await texted(town, "Call me!")).startswith("Support: we will call you within about")
    await town.play(minutes=5)
    done = await town.only_callback()
    assert (done["status"], done["promise_kept"]) == ("completed", True)
    assert done["timeline"][0]["detail"].startswith("by text for")
    await town.all_over()
    town.no_problems()


async def test_what_cannot_be_kept_is_not_promised_by_text_either(town: Town) -> None:
    await town.open()
    assert "we cannot promise a call just now" in await texted(town, "CALL ME")
    assert await town.callbacks() == []


async def test_who_asks_twice_hears_of_the_first(town: Town) -> None:
    await town.open()
    await town.ask(promised_from=SCHEDULED)
    assert (await texted(town, "CALL ME")).startswith(
        "Support: we will call you today between 2:30 PM"
    )
    await town.only_callback()


async def test_stop_and_help_are_left_to_twilio(town: Town) -> None:
    await town.open()
    for word in ("STOP", "START", "HELP"):
        assert await texted(town, word) == ""


WORDS = {
    "en": ("STATUS", "NO CALL", "CALL ME"),
    "es": ("Estado", "no llamar", "Llámame"),
    "fr": ("statut", "pas d'appel", "Rappelez-moi"),
    "de": ("Status", "Kein Anruf", "Rückruf"),
    "fil": ("status", "huwag tumawag", "tawagan ako"),
}


@pytest.mark.parametrize("language", sorted(WORDS))
async def test_the_words_of_every_language_are_heeded_and_answered_in_it(
    town: Town, language: str
) -> None:
    await town.open(languages=["en", "es", "fr", "de", "fil"])
    await town.agent(status="available", answers="never")
    status, cancel, call = WORDS[language]
    speaker = Speaker(language, ZoneInfo("America/Los_Angeles"), town.clock.now())
    answer = await texted(town, call)
    owed = await town.only_callback()
    assert owed["language"] == language
    minutes = timedelta(minutes=10)
    assert answer == speaker.text(Say("text.promised", {"line": "Support", "minutes": minutes}))
    soon = speaker.text(Say("text.status_soon", {"line": "Support"}))
    assert await texted(town, status) == soon
    assert await texted(town, cancel) == speaker.text(Say("text.canceled", {"line": "Support"}))
    assert (await town.only_callback())["status"] == "canceled"
    town.no_problems()


async def test_what_is_asked_by_text_is_answered_once(town: Town) -> None:
    await town.open()
    await town.agent(status="available", answers="never")
    await texted(town, "CALL ME")
    await town.play(minutes=1)
    (inbound, reply) = town.exchange.messages.values()
    assert (inbound.direction, reply.direction) == ("inbound", "outbound-reply")
