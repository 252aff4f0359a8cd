"""The caller's menu inside the queue, as decisions: step, keys and facts in, a turn and a wish out.

Whoever presses nothing stays in line. Whoever goes astray three times stays in line. Nobody is hung up on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from callback.dialogue.sentences import PhoneDigits
from callback.dialogue.turn import AskAgain, KeepWaiting, Leave, Listen, Say, Turn
from callback.lines.offer import Offer, Window
from callback.lines.wait import WaitEstimate
from callback.phone import spoken_groups

FAILURES_ALLOWED = 2


class Step(StrEnum):
    """Where in the menu a key was pressed."""

    OFFER = "offer"
    TIME = "time"
    NUMBER = "number"
    TYPED = "typed"


@dataclass(frozen=True)
class Choice:
    """What a caller has chosen so far. `windows` are the times read out, in the order of their keys."""

    number: str | None = None
    window: Window | None = None
    windows: tuple[Window, ...] = ()
    failures: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the choice as it is kept with the call."""
        return {
            "number": self.number,
            "window": _instants(self.window) if self.window else None,
            "windows": [_instants(window) for window in self.windows],
            "failures": self.failures,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Choice:
        """Return the choice that `to_json` kept; an empty one gives a fresh start."""
        window = kept.get("window")
        return cls(
            number=kept.get("number"),
            window=_window(window) if window else None,
            windows=tuple(_window(pair) for pair in kept.get("windows", ())),
            failures=int(kept.get("failures", 0)),
        )


def _instants(window: Window) -> list[str]:
    return [window.start.isoformat(), window.until.isoformat()]


def _window(pair: list[str]) -> Window:
    return Window(datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1]))


@dataclass(frozen=True)
class Facts:
    """What the menu knows. `caller_number` is None where it was withheld or may not be called back.

    `typed_number` is what the keys of `Step.TYPED` mean as a number, None if it is of no use.
    """

    offer: Offer
    wait: WaitEstimate | None
    caller_number: str | None
    choice: Choice = field(default_factory=Choice)
    typed_number: str | None = None
    announce_seconds: int = 20


@dataclass(frozen=True)
class Promise:
    """The wish to promise a callback; a window of None means as soon as the place in line comes up."""

    number: str
    window: Window | None


@dataclass(frozen=True)
class Decision:
    """What to do next: a turn, or a promise to be written down first; and what to remember."""

    choice: Choice
    turn: Turn | None = None
    promise: Promise | None = None


def waiting(facts: Facts) -> Turn:
    """Tell a waiting caller how long it will be and, where one stands, of the offer."""
    says = [_wait_sentence(facts.wait)]
    if facts.offer.asap is not None:
        says.append(Say("caller.offer_asap"))
    if facts.offer.windows:
        says.append(Say("caller.offer_times"))
    if not facts.offer.stands:
        return Turn(tuple(says), pause_seconds=facts.announce_seconds, then=AskAgain())
    says.append(Say("caller.offer_stay"))
    return Turn(tuple(says), Listen(Step.OFFER, seconds=1), facts.announce_seconds, AskAgain())


def _wait_sentence(wait: WaitEstimate | None) -> Say:
    if wait is None:
        return Say("caller.wait_unknown")
    low, high = wait.range_minutes()
    if not wait.high:
        return Say("caller.wait_next")
    if low == 0 or low == high:
        return Say("caller.wait_up_to", {"high": timedelta(minutes=high)})
    return Say("caller.wait_range", {"low": low, "high": high})


def decide(step: Step, digits: str, facts: Facts) -> Decision:
    """Return what follows from the keys pressed at a step of the menu."""
    match step:
        case Step.OFFER:
            return _after_offer(digits, facts)
        case Step.TIME:
            return _after_time(digits, facts)
        case Step.NUMBER:
            return _after_number(digits, facts)
        case Step.TYPED:
            return _after_typing(facts)


def _after_offer(digits: str, facts: Facts) -> Decision:
    if digits == "1" and facts.offer.asap is not None:
        return _ask_number(replace(facts.choice, window=None), facts)
    if digits == "2" and facts.offer.windows:
        return _read_times(replace(facts.choice, windows=facts.offer.windows))
    return _astray(facts, lambda choice: Decision(choice, _in_menu(waiting(facts))))


def _read_times(choice: Choice, *before: Say) -> Decision:
    options = [
        Say("caller.time_option", {"key": key, "window": window})
        for key, window in enumerate(choice.windows, start=1)
    ]
    says = (*before, *options, Say("caller.time_back"))
    return Decision(choice, Turn(says, Listen(Step.TIME)))


def _after_time(digits: str, facts: Facts) -> Decision:
    choice = facts.choice
    if digits == "0":
        return _back(facts)
    if digits.isdecimal() and 1 <= int(digits) <= len(choice.windows):
        return _ask_number(replace(choice, window=choice.windows[int(digits) - 1]), facts)
    return _astray(facts, lambda again: _read_times(again, Say("caller.not_understood")))


def _ask_number(choice: Choice, facts: Facts, *before: Say) -> Decision:
    number = choice.number or facts.caller_number
    if number is None:
        return _type_number(choice, *before)
    digits = PhoneDigits(spoken_groups(number))
    if choice.window is not None:
        read_back = Say("caller.read_back_window", {"window": choice.window, "number": digits})
    elif facts.offer.asap is not None:
        within = facts.offer.asap.until - facts.offer.asap.start
        read_back = Say("caller.read_back_asap", {"minutes": within, "number": digits})
    else:
        return _back(facts, Say("caller.cannot_be_kept"))
    says = (*before, read_back, Say("caller.number_choice"))
    return Decision(replace(choice, number=number), Turn(says, Listen(Step.NUMBER)))


def _type_number(choice: Choice, *before: Say) -> Decision:
    turn = Turn((*before, Say("caller.type_number")), Listen(Step.TYPED, digits=None, seconds=8))
    return Decision(choice, turn)


def _after_number(digits: str, facts: Facts) -> Decision:
    choice = facts.choice
    if digits == "1" and choice.number is not None:
        return Decision(choice, promise=Promise(choice.number, choice.window))
    if digits == "2":
        return _type_number(replace(choice, number=None))
    if digits == "0":
        return _back(facts)
    return _astray(facts, lambda again: _ask_number(again, facts, Say("caller.not_understood")))


def _after_typing(facts: Facts) -> Decision:
    if facts.typed_number is not None:
        return _ask_number(replace(facts.choice, number=facts.typed_number), facts)
    return _astray(facts, lambda again: _type_number(again, Say("caller.number_unusable")))


def _astray(facts: Facts, again: Callable[[Choice], Decision]) -> Decision:
    choice = replace(facts.choice, failures=facts.choice.failures + 1)
    if choice.failures > FAILURES_ALLOWED:
        return _back(facts)
    return again(choice)


def _back(facts: Facts, *before: Say) -> Decision:
    turn = _in_menu(waiting(facts))
    says = (*before, Say("caller.back_to_waiting"), *turn.says)
    return Decision(Choice(), replace(turn, says=says))


def _in_menu(turn: Turn) -> Turn:
    return replace(turn, then=KeepWaiting())


def promised(number: str, window: Window, *, scheduled: bool) -> Turn:
    """Speak a promise that has been written down, and let the caller go."""
    digits = PhoneDigits(spoken_groups(number))
    if scheduled:
        say = Say("caller.promised_window", {"number": digits, "window": window})
    else:
        say = Say(
            "caller.promised_asap", {"number": digits, "minutes": window.until - window.start}
        )
    return Turn((say,), then=Leave())


def not_promised(rule: str, facts: Facts) -> Turn:
    """Say why a promise was not made; the caller keeps the place in line."""
    key = {
        "no_longer_waiting": "caller.agent_coming",
        "one_callback_per_person": "caller.owed_already",
    }.get(rule, "caller.cannot_be_kept")
    return Turn((Say(key),), pause_seconds=facts.announce_seconds, then=KeepWaiting())
