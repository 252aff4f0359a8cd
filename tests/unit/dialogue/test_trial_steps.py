"""A trial call: what is said at each step, and which key proves that it was heard."""

from __future__ import annotations

from callback.dialogue import trial_steps
from callback.dialogue.turn import HangUp


def keys(turn: trial_steps.TrialTurn) -> list[str]:
    return [say.key for say in turn.turn.says]


def test_whoever_answers_hears_what_it_is_for_and_is_asked_for_a_key() -> None:
    turn = trial_steps.turn(trial_steps.ANSWERED, "", "Support")
    assert keys(turn) == ["trial.hello", "trial.choice"]
    assert turn.turn.listen is not None
    assert turn.turn.listen.step == trial_steps.CHOICE
    assert turn.turn.then == HangUp()
    assert not turn.confirms


def test_the_key_confirms_and_ends_the_call() -> None:
    turn = trial_steps.turn(trial_steps.CHOICE, "1", "Support")
    assert keys(turn) == ["trial.works"]
    assert turn.turn.listen is None
    assert turn.confirms


def test_another_key_is_asked_for_again_and_confirms_nothing() -> None:
    turn = trial_steps.turn(trial_steps.CHOICE, "5", "Support")
    assert keys(turn) == ["trial.choice"]
    assert not turn.confirms
