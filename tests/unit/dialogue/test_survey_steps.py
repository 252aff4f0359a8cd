"""The two questions: what each key means, and that nobody is held up by nonsense."""

from __future__ import annotations

import pytest

from callback.dialogue import survey_steps
from callback.dialogue.survey_steps import SurveyStep, decide
from callback.dialogue.turn import Again, HangUp, Turn


def keys_said(turn: Turn) -> list[str]:
    return [say.key for say in turn.says]


def asks(turn: Turn, step: SurveyStep) -> bool:
    return turn.listen is not None and turn.listen.step == step


def test_the_first_question_follows_an_introduction_and_silence_is_thanked_for() -> None:
    turn = survey_steps.begin()
    assert keys_said(turn) == ["survey.intro", "survey.helped"]
    assert asks(turn, SurveyStep.HELPED)
    assert turn.then == Again(SurveyStep.THANKS)


@pytest.mark.parametrize("step", [SurveyStep.HELPED, SurveyStep.HELPED_AGAIN])
@pytest.mark.parametrize(("digits", "helped"), [("1", True), ("2", False)])
def test_the_first_answer_leads_to_the_second_question(
    step: SurveyStep, digits: str, helped: bool
) -> None:
    decision = decide(step, digits)
    assert (decision.helped, decision.score) == (helped, None)
    assert asks(decision.turn, SurveyStep.SCORE)


@pytest.mark.parametrize("step", [SurveyStep.SCORE, SurveyStep.SCORE_AGAIN])
@pytest.mark.parametrize("digits", list("12345"))
def test_the_second_answer_is_thanked_for(step: SurveyStep, digits: str) -> None:
    decision = decide(step, digits)
    assert (decision.helped, decision.score) == (None, int(digits))
    assert decision.turn == survey_steps.thanks()
    assert decision.turn.then == HangUp()


@pytest.mark.parametrize(
    ("step", "digits", "again"),
    [
        (SurveyStep.HELPED, "3", SurveyStep.HELPED_AGAIN),
        (SurveyStep.HELPED, "", SurveyStep.HELPED_AGAIN),
        (SurveyStep.SCORE, "6", SurveyStep.SCORE_AGAIN),
        (SurveyStep.SCORE, "0", SurveyStep.SCORE_AGAIN),
        (SurveyStep.SCORE, "*", SurveyStep.SCORE_AGAIN),
    ],
)
def test_a_key_that_means_nothing_is_asked_about_once(
    step: SurveyStep, digits: str, again: SurveyStep
) -> None:
    decision = decide(step, digits)
    assert (decision.helped, decision.score) == (None, None)
    assert asks(decision.turn, again)
    second = decide(again, digits)
    assert second.turn == survey_steps.thanks()
    assert (second.helped, second.score) == (None, None)


def test_silence_ends_with_thanks() -> None:
    assert decide(SurveyStep.THANKS, "").turn == survey_steps.thanks()


@pytest.mark.parametrize(
    ("number", "known", "helped", "score", "reply"),
    [
        ("1", False, True, None, "survey.text_score"),
        ("2", False, False, None, "survey.text_score"),
        ("1", True, None, 1, "survey.thanks"),
        ("5", True, None, 5, "survey.thanks"),
    ],
)
def test_texted_numbers_answer_one_question_after_the_other(
    number: str, known: bool, helped: bool | None, score: int | None, reply: str
) -> None:
    decision = survey_steps.after_text(number, helped_known=known)
    assert decision is not None
    assert (decision.helped, decision.score) == (helped, score)
    assert keys_said(decision.turn) == [reply]


@pytest.mark.parametrize(
    ("number", "known"), [("3", False), ("0", False), ("6", True), ("0", True)]
)
def test_a_number_that_answers_nothing_is_left_to_others(number: str, known: bool) -> None:
    assert survey_steps.after_text(number, helped_known=known) is None


def test_an_unknown_step_ends_the_survey() -> None:
    assert survey_steps.step_named("score") is SurveyStep.SCORE
    assert decide(survey_steps.step_named("nonsense"), "1").turn == survey_steps.thanks()
