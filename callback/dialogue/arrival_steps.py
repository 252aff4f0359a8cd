"""What a caller hears before standing in line: languages, a callback that is owed, a line that is closed."""

from __future__ import annotations

from dataclasses import replace

from callback.dialogue import time_steps
from callback.dialogue.choice import Choice, Decision, Facts, Pending, Step, Wish, astray
from callback.dialogue.turn import Again, Enqueue, HangUp, Listen, Say, Turn
from callback.lines.offer import NoOffer


def arrival(facts: Facts, *before: Say) -> Turn:
    """Return what a caller hears next on the way into the line."""
    if facts.pending is not None:
        return pending(facts, facts.pending, *before)
    if facts.closed:
        return closed(facts, *before)
    return Turn(before, then=Enqueue(facts.line_id))


def languages(facts: Facts) -> Turn:
    """Greet, and ask for the language, each in its own words; who presses nothing goes on in the first."""
    options = [
        Say("caller.language_option", {"key": key}, language)
        for key, language in enumerate(facts.languages, start=1)
    ]
    says = (greeting(facts), *options)
    return Turn(says, Listen(Step.LANGUAGE, seconds=4), then=Again(Step.LANGUAGE))


def after_language(digits: str, facts: Facts) -> Decision:
    """Go on in the language of a key; any other key goes on in the one of the greeting."""
    known = digits.isdecimal() and 1 <= int(digits) <= len(facts.languages)
    language = facts.languages[int(digits) - 1] if known else None
    return Decision(facts.choice, arrival(facts), language=language)


def greeting(facts: Facts) -> Say:
    """Return the line's greeting."""
    return Say("caller.greeting", {"line": facts.line_name})


def closed(facts: Facts, *before: Say) -> Turn:
    """Say when the line opens again, and what can be promised until then."""
    opening = facts.opening
    says = [
        Say("caller.closed_now", {"opening": opening}) if opening else Say("caller.closed_today")
    ]
    if not facts.offer.windows:
        if facts.offer.refusal == NoOffer.NO_ROOM:
            says.append(Say("caller.no_promise_now"))
        return Turn((*before, *says, Say("caller.goodbye")), then=HangUp())
    says.append(Say("caller.offer_times"))
    return Turn(
        (*before, *says, Say("caller.or_hang_up")), Listen(Step.OFFER, seconds=8), then=HangUp()
    )


def pending(facts: Facts, owed: Pending, *before: Say) -> Turn:
    """Tell somebody of the callback that is owed, and what can be done with it."""
    says = [Say("caller.owed_soon") if owed.due else Say("caller.owed", {"window": owed.window})]
    if not facts.closed:
        says.append(Say("caller.owed_wait"))
    if facts.offer.windows and not owed.due:
        says.append(Say("caller.owed_move"))
    says += [Say("caller.owed_cancel"), Say("caller.owed_keep")]
    return Turn((*before, *says), Listen(Step.PENDING, seconds=8), then=HangUp())


def after_pending(digits: str, facts: Facts) -> Decision:
    """Act on a key that concerns the callback that is owed."""
    owed = facts.pending
    if owed is None:
        return Decision(facts.choice, arrival(facts))
    if digits == "1" and not facts.closed:
        return Decision(Choice(), wish=Wish.OLD_PLACE)
    if digits == "2" and facts.offer.windows and not owed.due:
        moving = replace(facts.choice, windows=facts.offer.windows, moving=True)
        return time_steps.read_times(moving)
    if digits == "3":
        return Decision(Choice(), wish=Wish.CANCEL)
    if digits == "4":
        return Decision(Choice(), kept())

    def again(choice: Choice) -> Decision:
        return Decision(choice, pending(facts, owed, Say("caller.not_understood")))

    return astray(facts, again, lambda _: Decision(Choice(), kept()))


def kept() -> Turn:
    """Say that the promise stands, and goodbye."""
    return Turn((Say("caller.owed_kept"),), then=HangUp())


def moved(window: object) -> Turn:
    """Speak of a promise that was moved."""
    return Turn((Say("caller.owed_moved", {"window": window}),), then=HangUp())


def canceled() -> Turn:
    """Speak of a promise that was taken back."""
    return Turn((Say("caller.owed_canceled"),), then=HangUp())


def old_place(line_id: str) -> Turn:
    """Let somebody wait with the place of the callback that was owed."""
    return Turn((Say("caller.old_place"),), then=Enqueue(line_id))
