"""The caller's menu when the number is withheld, mistyped, forbidden, owed already, or the time is taken."""

from __future__ import annotations

import asyncio

import pytest

from tests.acceptance.town import CALLER, Town

OTHER = "+14155550121"
ANYBODY = "anonymous"
UNUSABLE = "We cannot call that number. Please type your telephone number with its area code"
BACK = "You are back in line, in your old place."


async def full_house(town: Town, **line: object) -> None:
    """Open a line whose only agent is talking to somebody for the next quarter of an hour."""
    await town.open(**line)
    await town.agent()
    town.call(OTHER, talk_s=900)
    await town.play(minutes=0.3)


def types(*numbers: str) -> list[dict[str, object]]:
    """Return the wishes of somebody who asks to be called back and types one number after the other."""
    wishes: list[dict[str, object]] = [{"hears": "called back", "presses": "1"}]
    return wishes + [{"hears": "type your", "presses": f"{number}#"} for number in numbers]


async def test_withheld_caller_types_a_number_and_is_called_there(town: Town) -> None:
    await full_house(town)
    sid = town.call(ANYBODY, choices=[*types("4155550177"), {"hears": "confirm"}])
    town.person("+14155550177", choices=[{"hears": "connected"}], talk_s=10)
    await town.play(minutes=1)
    heard = town.heard(sid)
    assert (
        "Please type your telephone number with its area code, then press the pound key." in heard
    )
    assert "We will call you back within about 15 minutes, at 4 1 5, 5 5 5, 0 1 7 7." in heard
    assert "You have our word. We will call you at 4 1 5, 5 5 5, 0 1 7 7" in heard
    assert (await town.only_callback())["phone_number"] == "+14155550177"
    await town.play(minutes=20)
    assert (await town.only_callback())["status"] == "completed"
    await town.all_over()
    town.no_problems()


@pytest.mark.parametrize(
    "typed",
    ["9005550123", "0114420794600", "55501", "911", "8005550123", "8765550123"],
    ids=["premium", "foreign", "short", "emergency", "toll-free", "Jamaica"],
)
async def test_number_that_may_not_be_rung_is_refused_in_plain_words(
    town: Town, typed: str
) -> None:
    await full_house(town, announce_every_seconds=60)
    sid = town.call(
        ANYBODY, choices=[*types(typed, "4155550177"), {"hears": "confirm"}], patience_s=120
    )
    await town.play(minutes=2)
    assert UNUSABLE in town.heard(sid)
    assert (await town.only_callback())["phone_number"] == "+14155550177"


async def test_caller_from_a_number_that_may_not_be_rung_is_asked_for_another(town: Town) -> None:
    await full_house(town)
    sid = town.call("+442079460000", "called back", patience_s=60)
    await town.play(minutes=2)
    assert "Please type your telephone number" in town.heard(sid)
    assert await town.callbacks() == []


async def test_three_wrong_numbers_lead_back_into_the_line_and_to_an_agent(town: Town) -> None:
    await town.open(announce_every_seconds=60)
    agent = await town.agent()
    busy = town.call(OTHER)
    await town.play(minutes=0.3)
    sid = town.call(ANYBODY, choices=types("123", "9005550123", "555"), talk_s=10)
    await town.play(until=lambda: BACK in town.heard(sid))
    assert town.heard(sid).count("We cannot call that number.") == 2
    assert not town.exchange.calls[sid].ended
    town.hang_up(busy)
    await town.play(minutes=5)
    assert "Connecting you now." in town.heard(sid)
    assert await town.callbacks() == []
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_three_wrong_keys_lead_back_into_the_line(town: Town) -> None:
    await full_house(town)
    wrong = {"hears": "confirm", "presses": "8", "times": 3}
    sid = town.call(choices=[{"hears": "called back", "presses": "1"}, wrong], patience_s=120)
    await town.play(until=lambda: BACK in town.heard(sid))
    assert town.heard(sid).count("Sorry, that is not one of the choices.") == 2
    assert not town.exchange.calls[sid].ended


async def test_wrong_key_at_the_offer_does_not_end_the_call(town: Town) -> None:
    await full_house(town)
    sid = town.call(choices=[{"hears": "Press 1", "presses": "5", "times": 4}], patience_s=90)
    await town.play(minutes=3)
    assert town.heard(sid).count("Press 1 to be called back") >= 4
    (waited,) = [
        call
        for call in (await town.api("GET", "/calls"))["items"]
        if call["phone_number"] == CALLER
    ]
    assert (waited["outcome"], waited["wait_seconds"] >= 89) == ("abandoned", True)


@pytest.mark.parametrize("wish", ["called back", "choose a time"])
async def test_zero_goes_back_to_waiting_without_a_promise(town: Town, wish: str) -> None:
    await full_house(town)
    sid = town.call(CALLER, wish, "go back", patience_s=60)
    await town.play(minutes=3)
    assert "Your wait is about" in town.heard(sid).partition(BACK)[2]
    assert await town.callbacks() == []


async def test_another_number_than_the_one_called_from_can_be_given(town: Town) -> None:
    await full_house(town)
    choices = [
        {"hears": "called back"},
        {"hears": "another number"},
        {"hears": "type your", "presses": "4155550177#"},
        {"hears": "confirm"},
    ]
    sid = town.call(choices=choices)
    await town.play(minutes=1)
    assert "at 4 1 5, 5 5 5, 0 1 1 1" in town.heard(sid)
    assert "You have our word. We will call you at 4 1 5, 5 5 5, 0 1 7 7" in town.heard(sid)
    assert (await town.only_callback())["phone_number"] == "+14155550177"


async def test_who_calls_again_hears_of_the_call_that_is_owed_and_keeps_it(town: Town) -> None:
    await full_house(town, announce_every_seconds=60)
    town.call(CALLER, "called back", "confirm")
    await town.play(minutes=1)
    again = town.call(CALLER, "keep it")
    await town.play(minutes=2)
    heard = town.heard(again)
    assert "We have promised to call you back, and your turn comes soon." in heard
    assert "We will call you as promised. Goodbye." in heard
    assert (await town.only_callback())["status"] == "waiting"
    (logged,) = (
        each for each in (await town.api("GET", "/calls"))["items"] if each["call_sid"] == again
    )
    assert logged["outcome"] == "self_served"


async def test_window_that_fills_between_offer_and_confirmation_is_not_promised_twice(
    town: Town,
) -> None:
    await full_house(town, callbacks_per_window=1)
    sids = [
        town.call(number, "choose a time", "choose today", reaction_s=1)
        for number in (CALLER, "+14155550122")
    ]
    await town.play(
        until=lambda: all("Press 1 to confirm this number." in town.heard(sid) for sid in sids)
    )
    for sid in sids:
        town.exchange.calls[sid].press("1")
    await town.play(minutes=0.2)
    promised = await town.only_callback()
    heard = {town.exchange.calls[sid].from_: town.heard(sid) for sid in sids}
    lucky = heard.pop(promised["phone_number"])
    (other,) = heard.values()
    assert "You have our word." in lucky
    assert "You have our word." not in other
    assert (
        "We could not keep that promise, so we do not make it. You have kept your place in line."
    ) in other
    town.no_problems()


async def test_window_asked_for_by_two_at_the_same_instant_over_the_api_is_given_once(
    town: Town,
) -> None:
    await town.open(callbacks_per_window=1)
    await town.agent()
    wish = {"line_id": town.line_id, "promised_from": "2026-03-02T20:00:00Z"}
    answers = await asyncio.gather(
        *(
            town.web.post("/api/v1/callbacks", json=wish | {"phone_number": f"+1415555012{digit}"})
            for digit in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json().get("rule") for answer in answers} == {None, "window_full"}
