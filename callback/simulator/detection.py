"""Answering-machine detection: who has answered, and how long it takes to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callback.simulator.persona import Answers

HUMAN_S: Final = 2.5
MACHINE_START_S: Final = 4.0
BEEP_S: Final = 0.5


@dataclass(frozen=True)
class Detection:
    """What is to be detected (`Enable` or `DetectMessageEnd`), how long to try, and whom to tell.

    Without `told_url` the call's document waits for the verdict and is asked for with it.
    """

    mode: str
    timeout_s: float = 30.0
    in_background: bool = False
    told_url: str = ""
    told_method: str = "POST"


@dataclass(frozen=True)
class Verdict:
    """Who answered, and after how many seconds that was known."""

    answered_by: str
    after_s: float

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that carry the verdict."""
        return (
            ("AnsweredBy", self.answered_by),
            ("MachineDetectionDuration", str(round(self.after_s * 1000))),
        )


def judge(detection: Detection, answers: Answers) -> Verdict:
    """Return the verdict on whoever answers like this."""
    if answers.kind != "machine":
        verdict = Verdict("human", HUMAN_S)
    elif detection.mode == "DetectMessageEnd":
        verdict = Verdict("machine_end_beep", answers.greeting_s + BEEP_S)
    else:
        verdict = Verdict("machine_start", min(MACHINE_START_S, max(1.0, answers.greeting_s)))
    if verdict.after_s > detection.timeout_s:
        return Verdict("unknown", detection.timeout_s)
    return verdict
