"""What somebody hears whom we call back, and what their keys mean.

The first sentence says who calls and that it was asked for, so that a phone that screens calls passes it on.
"""

from __future__ import annotations

from callback.dialogue.sentences import PhoneDigits
from callback.dialogue.turn import Again, HangUp, Join, Listen, Say, Turn

ANSWERED = "answered"
CHOICE = "choice"
REPEAT = "repeat"
ENTER = "enter"
OVER = "over"


def hello(line: str, *, last: bool) -> Turn:
    """Say who calls and why, and ask for a key; said twice to somebody who is silent."""
    says = (Say("person.hello", {"line": line}), Say("person.choice"))
    return Turn(says, Listen(CHOICE, seconds=8), then=HangUp() if last else Again(REPEAT))


def not_a_choice() -> Turn:
    """Ask once more."""
    return Turn((Say("person.choice"),), Listen(CHOICE, seconds=8), then=HangUp())


def accepted(*, agent_is_there: bool) -> Turn:
    """Say what comes now to somebody who wants to be connected."""
    says = (Say("person.connecting" if agent_is_there else "person.one_moment"),)
    return Turn(says, then=Again(ENTER))


def entering(join: Join, *, agent_has_left: bool) -> Turn:
    """Let somebody into the conference; whose agent has gone meanwhile hears that it takes longer."""
    return Turn((Say("person.one_moment"),) if agent_has_left else (), then=join)


def voicemail(line: str, number: str) -> Turn:
    """Leave a message with the way back."""
    values = {"line": line, "number": PhoneDigits(number)}
    return Turn((Say("person.voicemail", values),), then=HangUp())


def farewell(key: str) -> Turn:
    """Say one sentence and hang up."""
    return Turn((Say(key),), then=HangUp())
