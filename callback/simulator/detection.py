"""Answering-machine detection: who has answered, and how long it takes to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callback.simulator.persona import Answers

BEEP_S: Final = 0.5
"""From the end of a greeting to the end of its beep."""
FAX_S: Final = 1.5


@dataclass(frozen=True)
class Detection:
    """What is to be detected (`Enable` or `DetectMessageEnd`), how long to try, and whom to tell.

    Speech shorter than `speech_s` is a human's; `speech_end_s` of silence end it; a first word must come
    within `silence_s`. Without `told_url` the call's document waits for the verdict and is asked for with it.
    """

    mode: str
    timeout_s: float = 30.0
    speech_s: float = 2.4
    speech_end_s: float = 1.2
    silence_s: float = 5.0
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
    """Return the verdict on whoever answers like this.

    Length of speech is all that Twilio goes by: a machine with a short greeting passes for a human, and
    somebody who says hello at length for a machine.
    """
    verdict = _heard(detection, answers)
    if verdict.after_s <= detection.timeout_s:
        return verdict
    machine = verdict.answered_by.startswith("machine_end")
    return Verdict("machine_end_other" if machine else "unknown", detection.timeout_s)


def _heard(detection: Detection, answers: Answers) -> Verdict:
    if answers.kind == "fax":
        return Verdict("fax", FAX_S)
    if answers.kind == "silent" or answers.pause_s > detection.silence_s:
        return Verdict("unknown", detection.silence_s)
    end_s = answers.pause_s + answers.speaks_s
    if answers.speaks_s < detection.speech_s:
        return Verdict("human", end_s + detection.speech_end_s)
    if detection.mode == "Enable":
        return Verdict("machine_start", answers.pause_s + detection.speech_s)
    if answers.kind == "machine" and answers.beep:
        return Verdict("machine_end_beep", end_s + BEEP_S)
    return Verdict("machine_end_silence", end_s + detection.speech_end_s)
