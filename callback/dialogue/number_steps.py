"""The number to call back, and what the call is about: asked, read back, confirmed."""

from __future__ import annotations

from dataclasses import replace

from callback.dialogue.choice import Choice, Decision, Facts, Promise, Step
from callback.dialogue.sentences import PhoneDigits
from callback.dialogue.turn import Listen, Say, Turn
from callback.phone import spoken_groups

NONE_OF_THEM = -1


def ask_reason(choice: Choice, facts: Facts, *before: Say) -> Decision:
    """Ask what it is about, by the line's list."""
    options = [
        Say("caller.reason_option", {"key": key, "reason": reason})
        for key, reason in enumerate(facts.reasons, start=1)
    ]
    says = (*before, *options, Say("caller.reason_none"))
    return Decision(choice, Turn(says, Listen(Step.REASON)))


def chosen_reason(digits: str, facts: Facts) -> int | None:
    """Return the place of the reason that a key names, `NONE_OF_THEM` for 0, None for other keys."""
    if digits == "0":
        return NONE_OF_THEM
    if digits.isdecimal() and 1 <= int(digits) <= len(facts.reasons):
        return int(digits) - 1
    return None


def ask_number(choice: Choice, facts: Facts, *before: Say) -> Decision | None:
    """Read back number and time, or ask for a number first; None where the time is no longer to be had."""
    number = choice.number or facts.caller_number
    if number is None:
        return type_number(choice, *before)
    digits = spoken_number(number, choice.extension)
    if choice.window is not None:
        read_back = Say("caller.read_back_window", {"window": choice.window, "number": digits})
    elif facts.offer.asap is not None:
        within = facts.offer.asap.until - facts.offer.asap.start
        read_back = Say("caller.read_back_asap", {"minutes": within, "number": digits})
    else:
        return None
    says = (*before, read_back, Say("caller.number_choice"))
    return Decision(replace(choice, number=number), Turn(says, Listen(Step.NUMBER)))


def type_number(choice: Choice, *before: Say) -> Decision:
    """Ask for a number in digits."""
    turn = Turn((*before, Say("caller.type_number")), Listen(Step.TYPED, digits=None, seconds=8))
    return Decision(choice, turn)


def confirmed(choice: Choice, number: str, facts: Facts) -> Decision:
    """Wish for the promise that was read back."""
    place = choice.reason
    reason = facts.reasons[place] if place is not None and 0 <= place < len(facts.reasons) else None
    return Decision(choice, promise=Promise(number, choice.window, reason, choice.extension))


def spoken_number(number: str, extension: str | None) -> PhoneDigits:
    """Return a number as it is read out."""
    return PhoneDigits(spoken_groups(number), " ".join(extension or ""))
