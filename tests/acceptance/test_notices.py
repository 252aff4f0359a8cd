"""Texts of our own accord, as the person's phone received them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.acceptance.town import CALLER, LINE, Town

SCHEDULED = "2026-03-02T22:30:00Z"
DELIVERED = ["delivered"]


def received(town: Town, number: str = CALLER) -> list[str]:
    """Return what reached a phone from the line's own number, in order."""
    return [
        message.body
        for message in town.exchange.messages.values()
        if message.to == number and message.from_ == LINE and message.status == "delivered"
    ]


async def test_a_promise_on_the_phone_is_confirmed_by_text(town: Town) -> None:
    await town.open()
    await town.agent(status="away")
    town.call(CALLER, "choose a time", "choose today", "confirm this number")
    await town.play(minutes=5)
    owed = await town.only_callback()
    (said,) = received(town)
    assert said.startswith("Support: we will call you today between")
    assert said.endswith("Reply STOP to get no more texts.")
    assert [(each["purpose"], each["status"]) for each in owed["texts"]] == [
        ("promised", "delivered")
    ]
    town.no_problems()


async def test_a_reminder_comes_before_the_window_and_names_it(town: Town) -> None:
    await town.open(remind_before_minutes=45)
    await town.ask(promised_from=SCHEDULED)
    await town.play(minutes=4 * 60)
    _, reminder = [message for message in town.exchange.messages.values() if message.to == CALLER]
    assert reminder.body == (
        "Support: as promised, we will call you today between 2:30 PM and 2:45 PM."
    )
    at = reminder.created_at.isoformat()
    assert at == "2026-03-02T21:45:00+00:00"


async def test_a_move_is_told_and_the_old_reminder_never_comes(town: Town) -> None:
    await town.open()
    owed = await town.ask(promised_from=SCHEDULED)
    later = "2026-03-03T00:00:00Z"
    await town.api("PATCH", f"/callbacks/{owed}", json={"promised_from": later})
    await town.play(minutes=5 * 60 + 40)
    assert [said.partition(".")[0] for said in received(town)] == [
        "Support: we will call you today between 2:30 PM and 2:45 PM",
        "Support: we will call you today between 4:00 PM and 4:15 PM instead",
        "Support: as promised, we will call you today between 4:00 PM and 4:15 PM",
    ]


async def test_a_promise_that_we_take_back_is_taken_back_by_text(town: Town) -> None:
    await town.open()
    owed = await town.ask(promised_from=SCHEDULED)
    await town.api("DELETE", f"/callbacks/{owed}")
    await town.play(minutes=5 * 60)
    assert len(received(town)) == 2
    assert received(town)[-1].startswith("Support: we are sorry, we had to cancel the call")


async def test_voicemail_is_followed_by_one_text_and_the_end_by_another(town: Town) -> None:
    await town.open(
        machine_detection="message",
        retry_after_seconds={"machine": [600, 600], "no_answer": [600, 600]},
    )
    await town.agent()
    town.person(CALLER, answers={"machine_after_s": 5, "greeting_s": 9})
    await town.ask()
    await town.play(minutes=60, sweeping=5)
    assert (await town.only_callback())["status"] == "failed"
    _, voicemail, missed = received(town)
    assert "reached your voicemail. We will try again." in voicemail
    assert "could not reach you" in missed
    assert "CALL ME" in missed


async def test_whoever_said_stop_gets_none(town: Town) -> None:
    await town.open()
    town.exchange.set_number(LINE, sms_url="https://callback.example/twilio/messaging/incoming")
    town.exchange.incoming_message(CALLER, LINE, "Stop")
    await town.play(minutes=0.1)
    await town.ask(promised_from=SCHEDULED)
    await town.play(minutes=1)
    assert received(town) == []
    assert [each["status"] for each in (await town.only_callback())["texts"]] == [
        "dropped",
        "written",
    ]


async def test_texts_of_a_stopped_phone_are_learnt_from_twilio_too(town: Town) -> None:
    await town.open()
    town.exchange.opted_out.add((LINE, CALLER))
    await town.ask(promised_from=SCHEDULED)
    await town.play(minutes=5 * 60)
    assert received(town) == []
    assert [each["status"] for each in (await town.only_callback())["texts"]] == [
        "failed",
        "dropped",
    ]


@pytest.mark.both_databases
async def test_a_lost_answer_means_no_second_text(town: Town) -> None:
    await town.open()

    def lose(method: str, uri: str, asked: dict[str, str]) -> None:
        del asked
        if method == "POST" and uri.endswith("/Messages.json"):
            town.library.after = None
            raise TimeoutError

    town.library.after = lose
    await town.ask(promised_from="2026-03-03T18:00:00Z")
    await town.play(minutes=5, sweeping=1)
    assert len(received(town)) == 1
    texts = (await town.only_callback())["texts"]
    assert [each["status"] for each in texts] == ["delivered", "written"]


async def test_a_lost_wake_up_costs_a_second_or_two(town: Town) -> None:
    await town.open()
    town.jobs.lost = True
    await town.ask(promised_from=SCHEDULED)
    begun = town.clock.now()
    await town.play(minutes=1, sweeping=1, until=lambda: len(town.exchange.messages) == 1)
    assert town.clock.now() - begun <= timedelta(seconds=2)


async def test_a_text_speaks_the_persons_language_on_the_persons_clock(town: Town) -> None:
    await town.open(languages=["en", "es"])
    new_york = "+12125550123"
    await town.ask(new_york, promised_from=SCHEDULED, language="es")
    await town.play(minutes=1)
    (said,) = received(town, new_york)
    assert said.startswith("Support: le llamaremos hoy entre las 17:30 y las 17:45")
