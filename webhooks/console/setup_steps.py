"""The steps of setting up, in their order; which is next; and what became of a trial call, as words' keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callback.dialing.leg import LegOutcome, LegStatus
from callback.dialing.trial_call import TrialCall

NO_WORKER_AFTER = timedelta(seconds=10)
"""A trial call that nobody has placed for so long tells that no worker runs."""
KNOWN_CODES = frozenset({20003, 21210, 21211, 21212, 21214, 21215, 21217, 21219, 21408})
"""Twilio's errors of placing a call for which there are words of our own."""


@dataclass(frozen=True)
class SetupFacts:
    """What is there: account and address checked, lines by number, numbers that lead elsewhere, people."""

    reached: bool
    reachable: bool
    lines: Mapping[str, str]
    astray: Sequence[str]
    worked: bool
    agents: int
    users: int


@dataclass(frozen=True)
class Step:
    """One step: its name, whether it is done, and whether it is the one to do now."""

    name: str
    done: bool
    now: bool


def steps_of(facts: SetupFacts) -> list[Step]:
    """Return all steps in the order in which they are done; the first that is not done is the one to do now."""
    done = {
        "account": facts.reached,
        "address": facts.reachable,
        "line": bool(facts.lines),
        "numbers": facts.reached and bool(facts.lines) and not facts.astray,
        "call": facts.worked,
        # Who set it up is a user herself.
        "agents": facts.agents > 0 and facts.users > 1,
    }
    first = next((name for name, fine in done.items() if not fine), None)
    return [Step(name, fine, name == first) for name, fine in done.items()]


def told(trial: TrialCall, now: datetime) -> str:
    """Return the key of the words for how a trial call stands or ended."""
    if trial.confirmed_at is not None:
        return "setup.call_works"
    if trial.live:
        return _under_way(trial, now)
    if trial.outcome == LegOutcome.COMPLETED:
        return "setup.call_no_key" if trial.answered_at is not None else "setup.call_failed"
    ends = {
        LegOutcome.BUSY: "setup.call_busy",
        LegOutcome.NO_ANSWER: "setup.call_no_answer",
        LegOutcome.REFUSED: "setup.call_refused",
    }
    return ends.get(trial.outcome or LegOutcome.FAILED, "setup.call_failed")


def _under_way(trial: TrialCall, now: datetime) -> str:
    if trial.status == LegStatus.ANSWERED:
        return "setup.call_answered"
    if trial.status == LegStatus.PLANNED:
        waits = now - trial.created_at > NO_WORKER_AFTER
        return "setup.call_no_worker" if waits else "setup.call_planned"
    return "setup.call_placing" if trial.rang_at is None else "setup.call_rings"


def why(trial: TrialCall) -> str:
    """Return the key of the words for the reason why a trial call failed; empty where there is none to tell."""
    if trial.why == "refused":
        code = trial.code if trial.code in KNOWN_CODES else "other"
        return f"setup.code_{code}"
    return f"setup.why_{trial.why}" if trial.why else ""
