"""The caller's menu: what follows from each key at each step, and that nobody ever loses the place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.dialogue import steps
from callback.dialogue.choice import (
    FAILURES_ALLOWED,
    Choice,
    Closing,
    Decision,
    Facts,
    Promise,
    Step,
    Wish,
)
from callback.dialogue.number_steps import spoken_number
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import AskAgain, KeepWaiting, Leave, Record, Turn
from callback.lines.offer import NoOffer, Offer, Window
from callback.lines.wait import WaitEstimate, estimate_wait
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 18)
CALLER = "+14155550111"
OTHER = "+14155550122"
ASAP = Window(NOW, NOW + timedelta(minutes=20))
WINDOWS = tuple(
    Window(NOW + timedelta(minutes=start), NOW + timedelta(minutes=start + 15))
    for start in (30, 45, 60)
)
WAIT = WaitEstimate(timedelta(minutes=6), timedelta(minutes=4), timedelta(minutes=9))
FACTS = Facts(Offer(ASAP, WINDOWS), WAIT, CALLER)


LOS_ANGELES = ZoneInfo("America/Los_Angeles")


def decide(step: Step, digits: str, facts: Facts) -> Decision:
    return steps.decide(step, digits, facts, LOS_ANGELES)


def spoken(turn: Turn | None) -> str:
    assert turn is not None
    speaker = Speaker("en", ZoneInfo("America/Los_Angeles"), NOW)
    return " ".join(speaker.text(say) for say in turn.says)


def step_of(decision: Decision) -> str | None:
    assert decision.turn is not None
    return decision.turn.listen.step if decision.turn.listen is not None else None


def at(facts: Facts, **choice: object) -> Facts:
    return replace(facts, choice=replace(facts.choice, **choice))  # type: ignore[arg-type]


def test_a_waiting_caller_hears_the_wait_and_every_choice_that_there_is() -> None:
    turn = steps.waiting(FACTS)
    assert spoken(turn) == (
        "Your wait is about 4 to 9 minutes. Press 1 to be called back without losing your place. "
        "Press 2 to choose a time for us to call you back. Or stay on the line."
    )
    assert turn.then == AskAgain()
    assert turn.pause_seconds == FACTS.announce_seconds


@pytest.mark.parametrize(
    ("offer", "said", "not_said"),
    [
        (Offer(ASAP, ()), "Press 1", "Press 2"),
        (Offer(None, WINDOWS), "Press 2", "Press 1"),
        (Offer(None, (), NoOffer.NO_ROOM), "Your wait", "Press"),
    ],
)
def test_only_what_can_be_promised_is_offered(offer: Offer, said: str, not_said: str) -> None:
    turn = steps.waiting(replace(FACTS, offer=offer))
    assert said in spoken(turn)
    assert not_said not in spoken(turn)
    assert (turn.listen is None) == (not offer.stands)


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (None, "Nobody is here to take calls just now, so we cannot say how long"),
        (estimate_wait(0, 1, 1, timedelta(minutes=3)), "You are next."),
        (
            WaitEstimate(timedelta(seconds=40), timedelta(0), timedelta(seconds=50)),
            "Your wait is about 1 minute or less.",
        ),
        (
            WaitEstimate(timedelta(minutes=2), timedelta(0), timedelta(minutes=4, seconds=1)),
            "Your wait is about 5 minutes or less.",
        ),
        (WAIT, "Your wait is about 4 to 9 minutes."),
    ],
)
def test_the_wait_is_told_honestly(wait: WaitEstimate | None, words: str) -> None:
    said = spoken(steps.waiting(replace(FACTS, wait=wait, offer=Offer(None, ()))))
    assert said.startswith(words)


def test_one_leads_to_the_number_for_a_callback_in_the_old_place() -> None:
    decision = decide(Step.OFFER, "1", FACTS)
    assert step_of(decision) == Step.NUMBER
    assert decision.choice == Choice(number=CALLER)
    assert "within about 20 minutes, at 4 1 5, 5 5 5, 0 1 1 1." in spoken(decision.turn)


def test_two_reads_the_times_and_remembers_them_in_the_order_of_their_keys() -> None:
    decision = decide(Step.OFFER, "2", FACTS)
    assert step_of(decision) == Step.TIME
    assert decision.choice.windows == WINDOWS
    assert "Press 3 to choose today between 11:00 AM and 11:15 AM." in spoken(decision.turn)


@pytest.mark.parametrize(("key", "place"), [("1", 0), ("2", 1), ("3", 2)])
def test_a_time_is_the_one_that_was_read_out_for_the_key(key: str, place: int) -> None:
    # What is offered now has changed since it was read out.
    facts = at(replace(FACTS, offer=Offer(ASAP, WINDOWS[1:])), windows=WINDOWS)
    decision = decide(Step.TIME, key, facts)
    assert step_of(decision) == Step.NUMBER
    assert decision.choice.window == WINDOWS[place]


def test_a_confirmed_number_is_the_wish_for_a_promise_and_nothing_is_spoken_yet() -> None:
    decision = decide(Step.NUMBER, "1", at(FACTS, number=CALLER, window=WINDOWS[1]))
    assert decision.promise == Promise(CALLER, WINDOWS[1])
    assert decision.turn is None


def test_two_asks_for_another_number_and_forgets_the_first() -> None:
    decision = decide(Step.NUMBER, "2", at(FACTS, number=CALLER, window=WINDOWS[1]))
    assert step_of(decision) == Step.TYPED
    assert decision.choice == Choice(window=WINDOWS[1])


def test_a_caller_who_cannot_be_called_back_at_her_number_is_asked_for_one() -> None:
    decision = decide(Step.OFFER, "1", replace(FACTS, caller_number=None))
    assert step_of(decision) == Step.TYPED


def test_a_typed_number_is_read_back() -> None:
    facts = at(replace(FACTS, typed_number=OTHER), window=WINDOWS[0])
    decision = decide(Step.TYPED, "4155550122", facts)
    assert step_of(decision) == Step.NUMBER
    assert decision.choice.number == OTHER
    assert "at 4 1 5, 5 5 5, 0 1 2 2." in spoken(decision.turn)


def test_a_number_of_no_use_is_asked_for_again() -> None:
    decision = decide(Step.TYPED, "911", FACTS)
    assert step_of(decision) == Step.TYPED
    assert spoken(decision.turn).startswith("We cannot call that number.")
    assert decision.choice.failures == 1


@pytest.mark.parametrize("step", [Step.TIME, Step.NUMBER])
def test_zero_goes_back_to_waiting_and_forgets_everything(step: Step) -> None:
    decision = decide(step, "0", at(FACTS, number=CALLER, windows=WINDOWS, failures=1))
    assert decision.choice == Choice()
    assert spoken(decision.turn).startswith("You are back in line, in your old place.")
    assert decision.turn is not None
    assert decision.turn.then == KeepWaiting()


def test_a_callback_that_can_no_longer_be_kept_is_not_asked_for_any_further() -> None:
    facts = at(replace(FACTS, offer=Offer(None, WINDOWS)), number=CALLER)
    decision = decide(Step.NUMBER, "7", facts)
    assert spoken(decision.turn).startswith("We could not keep that promise")


WRONG = dict.fromkeys(Step, "9") | {Step.TYPED: "1", Step.CLOCK: "99"}
IN_QUEUE = [step for step in Step if step not in (Step.LANGUAGE, Step.PENDING)]


@pytest.mark.parametrize("step", IN_QUEUE)
def test_the_third_failure_goes_back_to_waiting(step: Step) -> None:
    facts = at(FACTS, number=CALLER, windows=WINDOWS, clock="03:15")
    for failure in range(1, FAILURES_ALLOWED + 1):
        decision = decide(step, WRONG[step], facts)
        assert decision.choice.failures == failure
        assert step_of(decision) == step
        facts = replace(facts, choice=decision.choice)
    decision = decide(step, WRONG[step], facts)
    assert spoken(decision.turn).startswith("You are back in line, in your old place.")
    assert decision.choice == Choice()


def test_failures_at_different_steps_add_up() -> None:
    facts = at(FACTS, failures=FAILURES_ALLOWED)
    assert spoken(decide(Step.OFFER, "8", facts).turn).startswith("You are back in line")


def test_a_promise_is_spoken_with_its_number_and_its_end_and_lets_the_caller_go() -> None:
    asap = steps.promised(spoken_number(CALLER, None), ASAP, scheduled=False)
    chosen = steps.promised(spoken_number(CALLER, None), WINDOWS[0], scheduled=True)
    assert spoken(asap) == (
        "You have our word. We will call you at 4 1 5, 5 5 5, 0 1 1 1 within about 20 minutes. Goodbye."
    )
    assert "0 1 1 1, today between 10:30 AM and 10:45 AM." in spoken(chosen)
    assert asap.then == chosen.then == Leave()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("no_longer_waiting", "Somebody is about to take your call."),
        ("do_not_call", "This number has asked us never to call it"),
        ("one_callback_per_person", "We already owe this number a call"),
        ("window_full", "We could not keep that promise"),
        ("cannot_be_kept", "We could not keep that promise"),
        ("a rule of next year", "We could not keep that promise"),
    ],
)
def test_who_is_not_promised_anything_hears_why_and_stays_in_line(rule: str, words: str) -> None:
    turn = steps.not_promised(rule, FACTS)
    assert spoken(turn).startswith(words)
    assert turn.then == KeepWaiting()


def test_a_line_that_takes_notes_asks_for_one_once_the_promise_is_spoken() -> None:
    number = spoken_number(CALLER, None)
    outside = steps.promised(number, ASAP, scheduled=True, in_queue=False, takes_note=True)
    assert "You have our word." in spoken(outside)
    assert "say your name and what it is about after the tone" in spoken(outside)
    assert outside.then == steps.ask_note().then == Record(20)
    # Nothing can be recorded in a queue: it is left first.
    inside = steps.promised(number, ASAP, scheduled=True, takes_note=True)
    assert inside.then == Leave()
    assert "tone" not in spoken(inside)
    assert "Goodbye" not in spoken(inside)


def test_an_extension_is_read_back_and_goes_with_the_promise() -> None:
    facts = at(replace(FACTS, typed_number=OTHER, typed_extension="120"), window=WINDOWS[0])
    typed = decide(Step.TYPED, "4155550122*120", facts)
    assert "at 4 1 5, 5 5 5, 0 1 2 2, extension 1 2 0." in spoken(typed.turn)
    confirmed = decide(Step.NUMBER, "1", replace(facts, choice=typed.choice))
    assert confirmed.promise == Promise(OTHER, WINDOWS[0], None, "120")
    again = decide(Step.NUMBER, "2", replace(facts, choice=typed.choice))
    assert again.choice.extension is None


SERVED_BEFORE = replace(FACTS, supervisor=True)


def test_who_calls_again_may_ask_for_a_supervisor() -> None:
    said = spoken(steps.waiting(SERVED_BEFORE))
    assert "Press 4 to speak to a supervisor. Or stay on the line." in said
    decision = decide(Step.OFFER, "4", SERVED_BEFORE)
    assert (decision.wish, decision.turn) == (Wish.SUPERVISOR, None)
    assert decide(Step.OFFER, "4", FACTS).wish is None
    turn = steps.supervisor(SERVED_BEFORE)
    assert spoken(turn).startswith(
        "A supervisor will take your call. You have kept your place in line. Your wait is about"
    )
    assert "Press 4" not in spoken(turn)
    assert turn.then == KeepWaiting()


windows = st.lists(st.sampled_from(WINDOWS), max_size=3, unique=True).map(tuple)
choices = st.builds(
    Choice,
    number=st.sampled_from([None, CALLER, OTHER]),
    extension=st.sampled_from([None, "120"]),
    window=st.sampled_from([None, *WINDOWS]),
    windows=windows,
    day=st.sampled_from([None, "2026-03-04"]),
    clock=st.sampled_from([None, "03:15:00"]),
    reason=st.sampled_from([None, -1, 0, 1]),
    failures=st.integers(0, 5),
)
facts = st.builds(
    Facts,
    offer=st.builds(Offer, asap=st.sampled_from([None, ASAP]), windows=windows),
    wait=st.sampled_from([None, WAIT, WaitEstimate(*[timedelta(0)] * 3)]),
    caller_number=st.sampled_from([None, CALLER]),
    choice=choices,
    typed_number=st.sampled_from([None, OTHER]),
    reasons=st.sampled_from([(), ("billing", "a repair")]),
    supervisor=st.booleans(),
    answers=st.sampled_from([(), (("hours", "We are open from nine to five."),)]),
    more=windows,
    days=windows,
    asked_at=st.sampled_from([None, NOW + timedelta(minutes=50)]),
    halves=st.booleans(),
    position=st.sampled_from([None, 3]),
)
digits = st.one_of(st.text(max_size=12), st.text("0123456789*#", max_size=12))


@given(st.sampled_from(IN_QUEUE), digits, facts)
def test_no_input_ends_the_call_or_loses_the_place(step: Step, keys: str, given: Facts) -> None:
    decision = decide(step, keys, given)
    done = decision.promise is not None or decision.wish is not None
    assert (decision.turn is None) == done
    if decision.turn is not None:
        assert isinstance(decision.turn.then, KeepWaiting | AskAgain)
        assert spoken(decision.turn)
    assert decision.choice.failures <= max(FAILURES_ALLOWED, given.choice.failures)


@given(st.sampled_from(IN_QUEUE), digits, facts)
def test_nothing_is_promised_but_what_was_read_back_and_confirmed(
    step: Step, keys: str, given: Facts
) -> None:
    decision = decide(step, keys, given)
    if decision.promise is not None:
        assert (step, keys) == (Step.NUMBER, "1")
        said = decision.promise
        assert (said.number, said.window) == (given.choice.number, given.choice.window)


@given(st.lists(st.tuples(st.sampled_from(IN_QUEUE), st.sampled_from("789*#")), min_size=1), facts)
def test_whoever_presses_wrong_keys_for_ever_is_back_in_line_by_the_third(
    presses: list[tuple[Step, str]], given: Facts
) -> None:
    now = replace(given, choice=Choice(), typed_number=None, asked_at=None)
    astray = 0
    for step, keys in presses:
        decision = decide(step, keys, now)
        astray = astray + 1 if decision.choice.failures else 0
        assert astray <= FAILURES_ALLOWED
        now = replace(now, choice=decision.choice)


@given(choices)
def test_a_choice_is_remembered_whole(choice: Choice) -> None:
    assert Choice.from_json(choice.to_json()) == choice


def test_nothing_remembered_is_a_fresh_start() -> None:
    assert Choice.from_json({}) == Choice()


def test_the_place_in_line_is_told_where_the_line_wants_it() -> None:
    assert spoken(steps.waiting(replace(FACTS, position=3))).startswith("You are number 3 in line.")


def test_between_offers_the_wait_alone_is_told_and_keys_still_count() -> None:
    turn = steps.waiting(replace(FACTS, speaks_offer=False))
    assert spoken(turn) == "Your wait is about 4 to 9 minutes."
    assert turn.listen is not None


@pytest.mark.parametrize("refusal", [NoOffer.NO_ROOM, NoOffer.NOBODY_AT_WORK])
def test_a_promise_that_could_not_be_kept_is_not_offered_and_that_is_said(refusal: NoOffer) -> None:
    said = spoken(steps.waiting(replace(FACTS, offer=Offer(None, (), refusal))))
    assert "We cannot promise to call you back just now" in said
    assert "Press" not in said


@pytest.mark.parametrize("refusal", [NoOffer.SHORT_WAIT, NoOffer.SHORT_LINE, NoOffer.SWITCHED_OFF])
def test_nothing_is_said_of_an_offer_that_nobody_needs(refusal: NoOffer) -> None:
    said = spoken(steps.waiting(replace(FACTS, offer=Offer(None, (), refusal))))
    assert said == "Your wait is about 4 to 9 minutes."


def test_beyond_its_bounds_a_line_promises_no_call_in_turn_and_says_so() -> None:
    overload = Offer(None, WINDOWS, overload=True)
    turn = steps.waiting(replace(FACTS, offer=overload))
    assert "More people are waiting than we can promise to call back in their turn. Press 2" in (
        spoken(turn)
    )
    nothing = Offer(None, (), NoOffer.OVERLOAD, overload=True)
    said = spoken(steps.waiting(replace(FACTS, offer=nothing)))
    assert said.endswith("More people are waiting than we can promise to call back in their turn.")


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (False, "We close today at 10:30 AM. Press 2"),
        (True, "We close today at 10:30 AM, perhaps before your turn comes. Press 2"),
    ],
)
def test_just_before_closing_the_hour_is_told(first: bool, words: str) -> None:
    closing = Closing(NOW + timedelta(minutes=30), first)
    facts = replace(FACTS, offer=Offer(None, WINDOWS), closing=closing)
    assert words in spoken(steps.waiting(facts))


EMPTIED = replace(
    FACTS, offer=Offer(None, WINDOWS), wait=None, emptied=True, opening=NOW + timedelta(hours=22)
)


def test_a_line_that_has_closed_and_emptied_says_what_is_possible_and_lets_go() -> None:
    turn = steps.waiting(EMPTIED)
    assert spoken(turn) == (
        "We are closed now. We open again tomorrow at 8:00 AM. Press 2 to choose a time for us to "
        "call you back. Or hang up, and call us when we are open."
    )
    assert turn.then == Leave()
    chosen = decide(Step.OFFER, "2", EMPTIED)
    assert chosen.choice.windows == WINDOWS
    back = decide(Step.TIME, "0", replace(EMPTIED, choice=chosen.choice))
    assert back.turn == turn


ANSWERING = replace(FACTS, answers=(("hours", "Nine to five."), ("parking", "In the yard.")))


def test_questions_are_answered_without_leaving_the_line() -> None:
    assert "Press 5 to hear answers" in spoken(steps.waiting(ANSWERING))
    asked = decide(Step.OFFER, "5", ANSWERING)
    assert spoken(asked.turn).startswith(
        "Press 1 to hear about hours. Press 2 to hear about parking."
    )
    answered = decide(Step.ANSWERS, "2", ANSWERING)
    assert spoken(answered.turn).startswith("In the yard. Press 1 to hear about hours.")
    assert step_of(answered) == Step.ANSWERS
    assert answered.turn is not None
    assert answered.turn.then == KeepWaiting()
    assert spoken(decide(Step.ANSWERS, "0", ANSWERING).turn).startswith("You are back in line")


ASKING = replace(FACTS, reasons=("billing", "a repair"))


@pytest.mark.parametrize(("key", "reason"), [("1", "billing"), ("2", "a repair"), ("0", None)])
def test_what_it_is_about_is_asked_once_and_goes_with_the_promise(
    key: str, reason: str | None
) -> None:
    asked = decide(Step.OFFER, "1", ASKING)
    assert step_of(asked) == Step.REASON
    assert "Press 2 to speak about a repair." in spoken(asked.turn)
    named = decide(Step.REASON, key, replace(ASKING, choice=asked.choice))
    assert step_of(named) == Step.NUMBER
    confirmed = decide(Step.NUMBER, "1", replace(ASKING, choice=named.choice))
    assert confirmed.promise == Promise(CALLER, None, reason)
