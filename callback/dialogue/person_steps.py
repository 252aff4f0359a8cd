"""What somebody hears whom we call back, and what their keys mean.

The first sentence says who calls and that it was asked for, so that a phone that screens calls passes it on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callback.dialogue.sentences import OwnTime, PhoneDigits
from callback.dialogue.turn import Again, HangUp, Join, Listen, Say, Turn
from callback.lines.offer import Window, chosen

CONNECT, LATER_KEY, CANCEL, SOMEBODY_ELSE, NEVER = "1", "2", "3", "4", "9"
BACK = "0"
PASSED_ON, CALL_LATER, WRONG_NUMBER = "1", "2", "3"
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (10, 30, 60))
MOST_LATER = 4

ANSWERED = "answered"
CHOICE = "choice"
LATER = "later"
OTHER = "other"
REPEAT = "repeat"
ENTER = "enter"
OVER = "over"


class PersonWish(StrEnum):
    """What is to be done for whoever answered our call."""

    CONNECT = "connect"
    READ_LATER = "read_later"
    POSTPONE = "postpone"
    CANCEL = "cancel"
    NEVER = "never"
    WRONG_NUMBER = "wrong_number"


@dataclass(frozen=True)
class PersonFacts:
    """What is known of the callback for which we call: who calls, when it was asked for, and whether it stands.

    `changeable`: nobody has been connected yet. `windows` are the times read out last.
    """

    line: str
    asked_at: datetime
    stands: bool = True
    changeable: bool = True
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True)
class PersonDecision:
    """What to do next: a turn, or a wish to be carried out first, with what is said before its outcome."""

    turn: Turn | None = None
    wish: PersonWish | None = None
    window: Window | None = None
    before: tuple[Say, ...] = ()


def decide(step: str, digits: str, facts: PersonFacts) -> PersonDecision:
    """Return what follows from the keys pressed at a step of our call to somebody."""
    if step == CHOICE:
        return _after_choice(digits, facts)
    if step in (LATER, OTHER):
        if not facts.changeable:
            return PersonDecision(farewell("person.over"))
        return _after_later(digits, facts) if step == LATER else _after_other(digits, facts)
    if step == OVER or not facts.stands:
        return PersonDecision(farewell("person.over"))
    return PersonDecision(hello(facts.line, facts.asked_at, last=step == REPEAT))


_WISHES = {
    CONNECT: PersonWish.CONNECT,
    LATER_KEY: PersonWish.READ_LATER,
    CANCEL: PersonWish.CANCEL,
    NEVER: PersonWish.NEVER,
}


def _after_choice(digits: str, facts: PersonFacts) -> PersonDecision:
    wish = _WISHES.get(digits)
    if wish is PersonWish.READ_LATER and not facts.changeable:
        return PersonDecision(farewell("person.over"))
    if wish is not None:
        return PersonDecision(wish=wish)
    return PersonDecision(somebody_else() if digits == SOMEBODY_ELSE else not_a_choice())


def _after_later(digits: str, facts: PersonFacts) -> PersonDecision:
    if digits == BACK:
        return PersonDecision(not_a_choice())
    window = chosen(digits, facts.windows)
    if window is None:
        return PersonDecision(wish=PersonWish.READ_LATER, before=(Say("caller.not_understood"),))
    return PersonDecision(wish=PersonWish.POSTPONE, window=window)


def _after_other(digits: str, facts: PersonFacts) -> PersonDecision:
    if digits == PASSED_ON:
        return PersonDecision(passed_on(facts.line, facts.asked_at))
    if digits == CALL_LATER:
        return PersonDecision(wish=PersonWish.READ_LATER)
    if digits == WRONG_NUMBER:
        return PersonDecision(wish=PersonWish.WRONG_NUMBER)
    return PersonDecision(somebody_else(Say("caller.not_understood")))


def hello(line: str, asked_at: datetime, *, last: bool) -> Turn:
    """Say who calls, that it was asked for and when, and ask for a key; said twice to somebody silent."""
    says = (Say("person.hello", {"line": line, "asked": OwnTime(asked_at)}), *_choices())
    return Turn(says, Listen(CHOICE, seconds=8), then=HangUp() if last else Again(REPEAT))


def _choices() -> tuple[Say, ...]:
    return (Say("person.choice"), Say("person.choice_more"), Say("person.choice_other"))


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


def somebody_else(*before: Say) -> Turn:
    """Ask somebody who is not the one who asked what to do; nothing is said of what the call is about."""
    return Turn((*before, Say("person.other")), Listen(OTHER, seconds=15), then=HangUp())


def passed_on(line: str, asked_at: datetime) -> Turn:
    """Greet whoever the phone is being passed on to, with time to take it."""
    says = (Say("person.hello", {"line": line, "asked": OwnTime(asked_at)}), *_choices())
    return Turn(says, Listen(CHOICE, seconds=20), then=HangUp())


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


def machine() -> Turn:
    """Say nothing to a machine."""
    return Turn((), then=HangUp())


def voicemail(line: str, number: str) -> Turn:
    """Leave a message with the way back."""
    values = {"line": line, "number": PhoneDigits(number)}
    return Turn((Say("person.voicemail", values),), then=HangUp())


def farewell(key: str) -> Turn:
    """Say one sentence and hang up."""
    return Turn((Say(key),), then=HangUp())
