"""Which step of setting up is next, and how a trial call's fate is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from callback.dialing.leg import LegOutcome
from callback.dialing.rules import Rule
from callback.dialing.trial_call import TrialCall
from callback.dialing.trying_out import TOO_OFTEN
from tests.unit.builders import utc
from webhooks.console.setup_steps import KNOWN_CODES, SetupFacts, steps_of, told, why
from webhooks.console.wording import words_of

NOW = utc(2026, 3, 2, 18)
NUMBER = "+14155550100"
DONE = SetupFacts(True, True, {NUMBER: "line"}, [], worked=True, agents=1, users=2)


def trial() -> TrialCall:
    return TrialCall(id="1", line_id="2", to=NUMBER, asked_by="Ada", created_at=NOW, not_before=NOW)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (SetupFacts(False, False, {}, [], worked=False, agents=0, users=1), "account"),
        (replace(DONE, reachable=False, worked=False), "address"),
        (replace(DONE, lines={}), "line"),
        (replace(DONE, astray=[NUMBER], worked=False), "numbers"),
        (replace(DONE, worked=False, agents=0), "call"),
        (replace(DONE, agents=0), "agents"),
        (replace(DONE, users=1), "agents"),
    ],
)
def test_the_first_step_that_is_not_done_is_the_one_to_do(facts: SetupFacts, name: str) -> None:
    assert [step.name for step in steps_of(facts) if step.now] == [name]
    assert not next(step for step in steps_of(facts) if step.name == name).done


def test_when_all_is_done_there_is_nothing_to_do() -> None:
    assert all(step.done and not step.now for step in steps_of(DONE))


def test_a_trial_call_is_told_of_as_it_goes_on() -> None:
    call = trial()
    assert told(call, NOW + timedelta(seconds=9)) == "setup.call_planned"
    assert told(call, NOW + timedelta(seconds=11)) == "setup.call_no_worker"
    call.bind("CA1", NOW)
    assert told(call, NOW) == "setup.call_placing"
    call.rang_at = NOW
    assert told(call, NOW) == "setup.call_rings"
    call.answer(NOW)
    assert told(call, NOW) == "setup.call_answered"
    call.end(NOW, LegOutcome.COMPLETED)
    assert told(call, NOW) == "setup.call_no_key"
    call.confirmed_at = NOW
    assert told(call, NOW) == "setup.call_works"


@pytest.mark.parametrize(
    ("outcome", "key"),
    [
        (LegOutcome.BUSY, "setup.call_busy"),
        (LegOutcome.NO_ANSWER, "setup.call_no_answer"),
        (LegOutcome.REFUSED, "setup.call_refused"),
        (LegOutcome.FAILED, "setup.call_failed"),
        (LegOutcome.CANCELED, "setup.call_failed"),
        (LegOutcome.COMPLETED, "setup.call_failed"),
    ],
)
def test_a_trial_call_that_reached_nobody_says_how(outcome: LegOutcome, key: str) -> None:
    call = trial()
    call.end(NOW, outcome)
    assert told(call, NOW) == key


def test_there_are_words_for_every_reason() -> None:
    words = words_of("en")
    for reason in (*Rule, TOO_OFTEN, "unavailable", "stale"):
        call = trial()
        call.end(NOW, LegOutcome.REFUSED, str(reason))
        assert why(call) in words
    for code in (*KNOWN_CODES, 12345, None):
        call = trial()
        call.end(NOW, LegOutcome.FAILED, "refused", code)
        assert why(call) in words
    assert why(trial()) == ""


def test_an_end_is_the_end() -> None:
    call = trial()
    call.end(NOW, LegOutcome.BUSY)
    call.answer(NOW)
    call.bind("CA1", NOW)
    call.end(NOW, LegOutcome.COMPLETED)
    assert (call.outcome, call.call_sid, call.answered_at) == (LegOutcome.BUSY, None, None)
