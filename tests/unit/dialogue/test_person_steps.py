"""What somebody hears whom we call back: who, what for, since when, and every way on."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue import person_steps
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Again, HangUp, Turn
from callback.lines.offer import Window
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 18)
WINDOW = Window(NOW + timedelta(minutes=15), NOW + timedelta(minutes=30))


def spoken(turn: Turn) -> str:
    speaker = Speaker("en", ZoneInfo("America/Los_Angeles"), NOW)
    return " ".join(speaker.text(say) for say in turn.says)


def test_the_first_sentence_says_who_calls_that_it_was_asked_for_and_when() -> None:
    turn = person_steps.hello("Support", NOW - timedelta(minutes=50), last=False)
    assert spoken(turn) == (
        "Hello, this is Support. You asked us today at 9:10 AM to call you back. "
        "Press 1 to be connected now. Press 2 to be called at another time. "
        "Press 3 to cancel this callback. Press 9 to be never called by us again."
    )
    assert turn.then == Again(person_steps.REPEAT)


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
