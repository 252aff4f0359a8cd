"""How people read menus, and what a persona may say."""

from __future__ import annotations

import pytest

from callback.simulator.listening import options_in, reply_to
from callback.simulator.persona import persona_from


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Press 1 to keep waiting.", [("1", "keep waiting")]),
        ("To keep waiting, press 1.", [("1", "keep waiting")]),
        ("Press 1 to wait, or press 2 for a callback.", [("1", "wait"), ("2", "a callback")]),
        ("Press 1 to wait or 2 to go.", [("1", "wait or 2 to go")]),
        (
            "To wait, press 1. For a callback, press two. To hear this again, press star.",
            [("1", "wait"), ("2", "a callback"), ("*", "hear this again")],
        ),
        ("Press pound if this number is right.", [("#", "this number is right")]),
        ("If you want us to call you back, press 1.", [("1", "you want us to call you back")]),
        ("Please press 9 for the time window after four.", [("9", "the time window after four")]),
        ("press 1 to talk now; press 2 to move it", [("1", "talk now"), ("2", "move it")]),
        ("Press the key 3 to leave.", [("3", "leave")]),
        (
            "For today, 3 PM to 3:15 PM, press 1. For tomorrow, press 2.",
            [("1", "today, 3 PM to 3:15 PM"), ("2", "tomorrow")],
        ),
        (
            "We can call at these times. For 3 p.m. to 4 p.m., press 1. For later, press 2.",
            [("1", "3 p.m. to 4 p.m."), ("2", "later")],
        ),
        ("Press 1 for 3 p.m. or press 2 for 4 p.m.", [("1", "3 p.m."), ("2", "4 p.m")]),
        ("Thank you for calling. To hold, please press one.", [("1", "hold")]),
        ("When you are done press pound.", []),
        ("To accept, press 1, and to decline, press 2.", [("1", "accept"), ("2", "decline")]),
        ("Press 1 for today from 3:15 to 3:30.", [("1", "today from 3:15 to 3:30")]),
        ("Your call is important to us.", []),
        ("Press one to accept, two to decline.", [("1", "accept, two to decline")]),
    ],
)
def test_options_are_read_from_what_is_said(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(option.key, option.purpose) for option in options_in(text)] == expected


def test_an_option_is_known_when_its_clause_has_been_heard() -> None:
    text = "Press 1 to wait, or press 2 for a callback. Thank you for calling."
    first, second = options_in(text)
    assert text[: first.known_at] == "Press 1 to wait"
    assert text[: second.known_at] == "Press 2 to wait, or press 2 for a callback".replace(
        "Press 2 to wait", "Press 1 to wait"
    )


MENU = "To wait, press 1. For a callback, press 2."


def test_the_earliest_rule_wins_even_if_its_option_comes_later() -> None:
    choices = persona_from({"choices": [{"hears": "callback"}, {"hears": "wait"}]}).choices
    reply = reply_to(MENU, choices, {})
    assert reply is not None
    assert (reply.rule, reply.keys) == (0, "2")


def test_a_rule_is_used_up_and_the_next_one_speaks() -> None:
    choices = persona_from({"choices": [{"hears": "callback"}, {"hears": "wait"}]}).choices
    reply = reply_to(MENU, choices, {0: 1})
    assert reply is not None
    assert (reply.rule, reply.keys) == (1, "1")
    assert reply_to(MENU, choices, {0: 1, 1: 1}) is None


def test_times_lets_a_rule_speak_more_often() -> None:
    choices = persona_from({"choices": [{"hears": "CALLBACK", "times": 2}]}).choices
    assert reply_to(MENU, choices, {0: 1}) is not None
    assert reply_to(MENU, choices, {0: 2}) is None


def test_keys_of_its_own_are_pressed_on_a_sentence() -> None:
    choices = persona_from(
        {"choices": [{"hears": "enter your number", "presses": "4155550111#"}]}
    ).choices
    text = "Hello. Please enter your number, then press pound. Bye."
    reply = reply_to(text, choices, {})
    assert reply is not None
    assert reply.keys == "4155550111#"
    assert text[: reply.known_at] == "Hello. Please enter your number, then press pound."


def test_a_purpose_is_searched_and_not_the_key_part() -> None:
    choices = persona_from({"choices": [{"hears": "press"}]}).choices
    assert reply_to(MENU, choices, {}) is None


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ("busy", "busy"),
        ("never", "never"),
        ("reject", "reject"),
        ("fail", "fail"),
        ({"after_s": 1}, "person"),
        ({"machine_after_s": 12, "greeting_s": 8}, "machine"),
    ],
)
def test_ways_to_answer(answers: object, kind: str) -> None:
    assert persona_from({"answers": answers}).answers.kind == kind


def test_further_rings_follow_the_list_and_then_stay() -> None:
    persona = persona_from({"answers": "busy", "answers_next": ["never", {"after_s": 2}]})
    kinds = [persona.answers_at(ring).kind for ring in range(5)]
    assert kinds == ["busy", "never", "person", "person", "person"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "busy"},
        {"answers": "sometimes"},
        {"answers": {"after": 3}},
        {"choices": [{"presses": "1"}]},
        {"choices": [{"hears": "("}]},
        {"choices": [{"hears": "x", "presses": "abc"}]},
        {"choices": [{"hears": "x", "key": "1"}]},
    ],
)
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        persona_from(wrong)
