"""The two questions after a conversation: what is asked, and what keys and texted numbers mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callback.dialogue.turn import Again, HangUp, Listen, Say, Turn

YES, NO = "1", "2"
SCORES = ("1", "2", "3", "4", "5")
PATIENCE_SECONDS = 8


class SurveyStep(StrEnum):
    """Where in the survey a key was pressed; the second of each pair follows a key that meant nothing."""

    HELPED = "helped"
    HELPED_AGAIN = "helped_again"
    SCORE = "score"
    SCORE_AGAIN = "score_again"
    THANKS = "thanks"


@dataclass(frozen=True)
class SurveyDecision:
    """What is said next, and what was answered."""

    turn: Turn
    helped: bool | None = None
    score: int | None = None


def step_named(name: str) -> SurveyStep:
    """Return the step of that name; one that we do not know ends the survey."""
    return SurveyStep(name) if name in set(SurveyStep) else SurveyStep.THANKS


def begin() -> Turn:
    """Ask the first question of somebody whose agent has hung up."""
    return _ask(SurveyStep.HELPED, Say("survey.intro"), Say("survey.helped"))


def decide(step: SurveyStep, digits: str) -> SurveyDecision:
    """Return what a key means; nonsense is asked about once more, and then thanked for like an answer."""
    if step in {SurveyStep.HELPED, SurveyStep.HELPED_AGAIN}:
        if digits in (YES, NO):
            return SurveyDecision(
                _ask(SurveyStep.SCORE, Say("survey.score")), helped=helped_by(digits)
            )
        if step is SurveyStep.HELPED:
            return SurveyDecision(_ask(SurveyStep.HELPED_AGAIN, Say("survey.helped")))
    if step in {SurveyStep.SCORE, SurveyStep.SCORE_AGAIN}:
        if digits in SCORES:
            return SurveyDecision(thanks(), score=int(digits))
        if step is SurveyStep.SCORE:
            return SurveyDecision(_ask(SurveyStep.SCORE_AGAIN, Say("survey.score")))
    return SurveyDecision(thanks())


def _ask(step: SurveyStep, *says: Say) -> Turn:
    return Turn(says, Listen(step, seconds=PATIENCE_SECONDS), then=Again(SurveyStep.THANKS))


def thanks() -> Turn:
    """Thank and hang up."""
    return Turn((Say("survey.thanks"),), then=HangUp())


def helped_by(digits: str) -> bool:
    """Return what the first question's answer means."""
    return digits == YES


def text_questions(line: str) -> tuple[Say, ...]:
    """Return the first question as a text."""
    return (Say("survey.text_helped", {"line": line}),)


def after_text(number: str, *, helped_known: bool) -> SurveyDecision | None:
    """Return what a texted number answers, None where it answers nothing; `turn` holds the reply."""
    if not helped_known:
        if number not in (YES, NO):
            return None
        return SurveyDecision(Turn((Say("survey.text_score"),)), helped=helped_by(number))
    if number not in SCORES:
        return None
    return SurveyDecision(Turn((Say("survey.thanks"),)), score=int(number))
