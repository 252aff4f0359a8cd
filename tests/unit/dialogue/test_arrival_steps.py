"""On the way into the line: languages, a callback that is owed, and a line that is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue import arrival_steps, steps
from callback.dialogue.choice import Choice, Decision, Facts, Pending, Step, Wish
from callback.dialogue.number_steps import spoken_number
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Again, Enqueue, HangUp, Turn
from callback.lines.offer import NoOffer, Offer, Window
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 18)
ZONE = ZoneInfo("America/Los_Angeles")
OWED = Window(NOW + timedelta(hours=3), NOW + timedelta(hours=3, minutes=15))
OTHER = Window(NOW + timedelta(hours=5), NOW + timedelta(hours=5, minutes=15))
OPEN = Facts(
    Offer(None, (OTHER,)),
    None,
    "+14155550111",
    line_id="support",
    line_name="Support",
    languages=("en",),
)
PENDING = replace(OPEN, pending=Pending(OWED))
CLOSED = replace(OPEN, closed=True, opening=NOW + timedelta(hours=22))


def spoken(turn: Turn | None) -> str:
    assert turn is not None
    speaker = Speaker("en", ZONE, NOW)
    return " ".join(speaker.text(say) for say in turn.says)


def decide(step: Step, digits: str, facts: Facts) -> Decision:
    return steps.decide(step, digits, facts, ZONE)


def test_an_open_line_puts_the_caller_in_its_queue() -> None:
    turn = arrival_steps.arrival(OPEN, arrival_steps.greeting(OPEN))
    assert spoken(turn) == "Thank you for calling Support."
    assert turn.then == Enqueue("support")


def test_a_closed_line_says_when_it_opens_and_offers_what_can_be_promised() -> None:
    turn = arrival_steps.arrival(CLOSED)
    assert spoken(turn) == (
        "We are closed now. We open again tomorrow at 8:00 AM. "
        "Press 2 to choose a time for us to call you back. Or hang up, and call us when we are open."
    )
    chosen = decide(Step.OFFER, "2", CLOSED)
    assert chosen.choice.windows == (OTHER,)
    assert chosen.turn is not None
    assert chosen.turn.then == HangUp()


def test_a_closed_line_that_can_promise_nothing_says_goodbye() -> None:
    nothing = replace(CLOSED, offer=Offer(None, (), NoOffer.NO_ROOM), opening=None)
    turn = arrival_steps.arrival(nothing)
    assert spoken(turn) == (
        "We are closed now. We cannot promise to call you back just now, because we could not keep it. "
        "Thank you for calling. Goodbye."
    )
    assert turn.listen is None
    never = replace(nothing, offer=Offer(None, (), NoOffer.SWITCHED_OFF))
    assert spoken(arrival_steps.arrival(never)) == (
        "We are closed now. Thank you for calling. Goodbye."
    )


def test_a_promise_to_somebody_in_no_queue_ends_the_call() -> None:
    turn = steps.promised(
        spoken_number("+14155550111", None), OTHER, scheduled=True, in_queue=False
    )
    assert turn.then == HangUp()


def test_each_language_is_offered_in_its_own_words() -> None:
    turn = arrival_steps.languages(replace(OPEN, languages=("en", "es")))
    assert [say.language for say in turn.says] == [None, "en", "es"]
    assert turn.then == Again(Step.LANGUAGE)


@pytest.mark.parametrize(("key", "language"), [("1", "en"), ("2", "es"), ("", None), ("7", None)])
def test_a_key_chooses_the_language_and_silence_keeps_the_first(
    key: str, language: str | None
) -> None:
    decision = decide(Step.LANGUAGE, key, replace(OPEN, languages=("en", "es")))
    assert decision.language == language
    assert decision.turn is not None
    assert decision.turn.then == Enqueue("support")


def test_somebody_whom_we_owe_a_call_hears_of_it_and_of_every_choice() -> None:
    assert spoken(arrival_steps.arrival(PENDING)) == (
        "We have promised to call you today between 1:00 PM and 1:15 PM. "
        "Press 1 to wait on the line instead, in your old place. Press 2 to choose another time. "
        "Press 3 to cancel the callback. Press 4 to keep it as it is, or simply hang up."
    )


def test_what_is_due_cannot_be_moved_any_more() -> None:
    due = replace(OPEN, pending=Pending(OWED, due=True))
    said = spoken(arrival_steps.arrival(due))
    assert "your turn comes soon" in said
    assert "another time" not in said
    assert decide(Step.PENDING, "2", due).choice.failures == 1


def test_a_closed_line_offers_no_waiting() -> None:
    closed = replace(PENDING, closed=True)
    assert "Press 1" not in spoken(arrival_steps.arrival(closed))
    assert decide(Step.PENDING, "1", closed).wish is None


@pytest.mark.parametrize(("key", "wish"), [("1", Wish.OLD_PLACE), ("3", Wish.CANCEL)])
def test_waiting_and_canceling_are_wishes_and_nothing_is_spoken_yet(key: str, wish: Wish) -> None:
    decision = decide(Step.PENDING, key, PENDING)
    assert (decision.wish, decision.turn) == (wish, None)


def test_keeping_needs_nothing_but_a_goodbye() -> None:
    decision = decide(Step.PENDING, "4", PENDING)
    assert spoken(decision.turn) == "We will call you as promised. Goodbye."


def test_moving_reads_the_times_there_are() -> None:
    decision = decide(Step.PENDING, "2", PENDING)
    assert decision.choice.moving
    assert decision.choice.windows == (OTHER,)
    back = decide(Step.TIME, "0", replace(PENDING, choice=decision.choice))
    assert spoken(back.turn).startswith("We have promised to call you")


def test_three_wrong_keys_keep_the_promise() -> None:
    facts = PENDING
    for _ in range(2):
        decision = decide(Step.PENDING, "9", facts)
        assert spoken(decision.turn).startswith("Sorry, that is not one of the choices.")
        facts = replace(facts, choice=decision.choice)
    assert spoken(decide(Step.PENDING, "9", facts).turn).startswith("We will call you as promised.")


def test_what_was_done_is_spoken() -> None:
    assert spoken(arrival_steps.moved(OTHER)) == (
        "You have our word. We will call you today between 3:00 PM and 3:15 PM instead. Goodbye."
    )
    assert spoken(arrival_steps.canceled()) == "Your callback is canceled. Goodbye."
    assert arrival_steps.old_place("support").then == Enqueue("support")
    assert Choice() == decide(Step.PENDING, "3", PENDING).choice
