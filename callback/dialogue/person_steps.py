"""What somebody hears whom we call back, and what their keys mean.

The first sentence says who calls and that it was asked for, so that a phone that screens calls passes it on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from callback.dialogue.sentences import OwnTime, PhoneDigits
from callback.dialogue.turn import Again, HangUp, Join, Listen, Say, Turn
from callback.lines.offer import Window

CONNECT, LATER_KEY, CANCEL, NEVER = "1", "2", "3", "9"
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (10, 30, 60))
MOST_LATER = 4

ANSWERED = "answered"
CHOICE = "choice"
LATER = "later"
REPEAT = "repeat"
ENTER = "enter"
OVER = "over"


def hello(line: str, asked_at: datetime, *, last: bool) -> Turn:
    """Say who calls, that it was asked for and when, and ask for a key; said twice to somebody silent."""
    says = (Say("person.hello", {"line": line, "asked": OwnTime(asked_at)}), *_choices())
    return Turn(says, Listen(CHOICE, seconds=8), then=HangUp() if last else Again(REPEAT))


def _choices() -> tuple[Say, ...]:
    return (Say("person.choice"), Say("person.choice_more"))


def delays_for(wait: timedelta) -> list[timedelta]:
    """Return how long "not now" may mean: the usual delays, none shorter than the present wait."""
    usual = [delay for delay in DELAYS if delay >= wait]
    if usual:
        return usual
    half_hours = -(-wait // timedelta(minutes=30))
    return [timedelta(minutes=30) * (half_hours + more) for more in range(len(DELAYS))]


def later(windows: Sequence[Window], *before: Say) -> Turn:
    """Read out when somebody can be called instead for whom now is not the time."""
    options = [
        Say("person.later_option", {"key": key, "window": window})
        for key, window in enumerate(windows, start=1)
    ]
    if not options:
        says = (*before, Say("person.no_later"), *_choices())
        return Turn(says, Listen(CHOICE, seconds=8), then=HangUp())
    return Turn(
        (*before, *options, Say("person.later_back")), Listen(LATER, seconds=8), then=HangUp()
    )


def postponed(window: Window) -> Turn:
    """Speak of the new promise, which has been written down."""
    return Turn((Say("person.postponed", {"window": window}),), then=HangUp())


def not_a_choice() -> Turn:
    """Ask once more."""
    return Turn(_choices(), Listen(CHOICE, seconds=8), then=HangUp())


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
