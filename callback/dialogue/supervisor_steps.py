"""What a supervisor hears who is rung to listen in, and what her key means.

The key proves that it is she: a mailbox must not listen to anybody.
"""

from __future__ import annotations

from callback.dialogue.turn import HangUp, Join, Listen, Say, Turn

ANSWERED = "answered"
CHOICE = "choice"
ENTER = "enter"
OVER = "over"


def offer(agent: str, line: str) -> Turn:
    """Say who is talking, and ask for the key."""
    return _ask(Say("supervisor.invited", {"agent": agent, "line": line}))


def not_a_choice() -> Turn:
    """Ask once more."""
    return _ask()


def _ask(*before: Say) -> Turn:
    return Turn((*before, Say("supervisor.choice")), Listen(CHOICE, seconds=10), then=HangUp())


def entering(join: Join) -> Turn:
    """Let her in without a word, for nobody shall hear her come."""
    return Turn((), then=join)


def over() -> Turn:
    """Say that nobody is talking any more."""
    return Turn((Say("supervisor.over"),), then=HangUp())
