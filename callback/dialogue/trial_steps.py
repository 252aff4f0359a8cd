"""What is heard on a trial call, and what the key means: that somebody heard it, and no mailbox."""

from __future__ import annotations

from dataclasses import dataclass

from callback.dialogue.turn import HangUp, Listen, Say, Turn

ANSWERED = "answered"
CHOICE = "choice"
CONFIRM = "1"


@dataclass(frozen=True)
class TrialTurn:
    """A turn, and whether the key before it proved that it was heard."""

    turn: Turn
    confirms: bool = False


def turn(step: str, digits: str, line: str) -> TrialTurn:
    """Say what the call is for and ask for the key; whatever follows ends the call."""
    if step == ANSWERED:
        return TrialTurn(_ask(Say("trial.hello", {"line": line})))
    if digits == CONFIRM:
        return TrialTurn(Turn((Say("trial.works"),), then=HangUp()), confirms=True)
    return TrialTurn(_ask())


def _ask(*before: Say) -> Turn:
    # Without a key the call ends: a mailbox shall not be talked to for long.
    return Turn((*before, Say("trial.choice")), Listen(CHOICE, seconds=10), then=HangUp())
