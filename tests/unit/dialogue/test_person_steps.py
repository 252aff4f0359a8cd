"""What somebody hears whom we call back: who, what for, since when, and every way on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue import person_steps
from callback.dialogue.person_steps import PersonFacts, PersonWish, decide
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Again, HangUp, Turn
from callback.lines.offer import Window
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 18)
WINDOW = Window(NOW + timedelta(minutes=15), NOW + timedelta(minutes=30))


FACTS = PersonFacts("Support", NOW - timedelta(minutes=50), windows=(WINDOW,))


def spoken(turn: Turn | None) -> str:
    assert turn is not None
    speaker = Speaker("en", ZoneInfo("America/Los_Angeles"), NOW)
    return " ".join(speaker.text(say) for say in turn.says)


def test_the_first_sentence_says_who_calls_that_it_was_asked_for_and_when() -> None:
    turn = person_steps.hello("Support", NOW - timedelta(minutes=50), last=False)
    assert spoken(turn) == (
        "Hello, this is Support, calling because you asked us today at 9:10 AM to call you back. "
        "Press 1 to be connected now. Press 2 to be called at another time. "
        "Press 3 to cancel this callback. Press 9 to be never called by us again. "
        "Press 4 to say that somebody else asked for this call."
    )
    assert turn.then == Again(person_steps.REPEAT)


def test_who_has_hung_up_the_promise_meanwhile_hears_that_it_is_over() -> None:
    over = decide("answered", "", replace(FACTS, stands=False))
    assert spoken(over.turn) == "This callback is over. Goodbye."
    assert decide("over", "", FACTS).turn == over.turn


@pytest.mark.parametrize(
    ("step", "digits", "wish"),
    [
        ("choice", "1", PersonWish.CONNECT),
        ("choice", "2", PersonWish.READ_LATER),
        ("choice", "3", PersonWish.CANCEL),
        ("choice", "9", PersonWish.NEVER),
        ("later", "7", PersonWish.READ_LATER),
        ("other", "2", PersonWish.READ_LATER),
        ("other", "3", PersonWish.WRONG_NUMBER),
    ],
)
def test_what_changes_the_promise_is_a_wish_and_nothing_is_spoken_yet(
    step: str, digits: str, wish: PersonWish
) -> None:
    decision = decide(step, digits, FACTS)
    assert (decision.wish, decision.turn) == (wish, None)


def test_a_time_is_the_one_that_was_read_out_for_its_key() -> None:
    decision = decide("later", "1", FACTS)
    assert (decision.wish, decision.window) == (PersonWish.POSTPONE, WINDOW)


@pytest.mark.parametrize(
    ("step", "digits", "words"),
    [
        ("choice", "4", "Press 1 to pass the phone on now."),
        ("choice", "7", "Press 1 to be connected now."),
        ("choice", "", "Press 1 to be connected now."),
        ("later", "0", "Press 1 to be connected now."),
        ("other", "1", "Hello, this is Support, calling because"),
        ("other", "8", "Sorry, that is not one of the choices. Press 1 to pass the phone on"),
    ],
)
def test_what_changes_nothing_is_spoken_at_once(step: str, digits: str, words: str) -> None:
    decision = decide(step, digits, FACTS)
    assert decision.wish is None
    assert spoken(decision.turn).startswith(words)


@pytest.mark.parametrize(("step", "digits"), [("choice", "2"), ("later", "1"), ("other", "3")])
def test_who_is_being_connected_changes_nothing_any_more(step: str, digits: str) -> None:
    decision = decide(step, digits, replace(FACTS, changeable=False))
    assert spoken(decision.turn) == "This callback is over. Goodbye."


def test_somebody_else_hears_nothing_of_what_it_is_about() -> None:
    said = spoken(person_steps.somebody_else())
    assert said == (
        "Press 1 to pass the phone on now. Press 2 to have us call at another time. "
        "Press 3 to say that this is the wrong number."
    )


def test_a_machine_is_told_nothing_but_the_one_message() -> None:
    assert person_steps.machine() == Turn((), then=HangUp())


def test_silence_is_asked_once_more_and_then_left_in_peace() -> None:
    assert person_steps.hello("Support", NOW, last=True).then == HangUp()


@pytest.mark.parametrize(
    ("wait", "delays"),
    [(0, [10, 30, 60]), (10, [10, 30, 60]), (11, [30, 60]), (60, [60]), (61, [90, 120, 150])],
)
def test_not_now_is_never_shorter_than_the_present_wait(wait: int, delays: list[int]) -> None:
    found = person_steps.delays_for(timedelta(minutes=wait))
    assert [delay // timedelta(minutes=1) for delay in found] == delays


def test_other_times_are_read_a_key_each() -> None:
    said = spoken(person_steps.later([WINDOW]))
    assert said == ("Press 1 to be called today between 10:15 AM and 10:30 AM. Press 0 to go back.")


def test_without_other_times_the_choices_are_asked_again() -> None:
    turn = person_steps.later([])
    assert spoken(turn).startswith("There is no other time that we could keep. Press 1 to be")
    assert turn.listen is not None
    assert turn.listen.step == person_steps.CHOICE


def test_the_new_promise_is_spoken() -> None:
    assert spoken(person_steps.postponed(WINDOW)).startswith("You have our word.")
