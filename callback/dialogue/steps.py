"""The caller's menu as decisions: step, keys and facts in, a turn and a wish out.

Whoever presses nothing stays in line. Whoever goes astray three times stays in line. Nobody is hung up on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from callback.dialogue import arrival_steps, number_steps, time_steps
from callback.dialogue.choice import Choice, Decision, Facts, Step, Wish, astray
from callback.dialogue.sentences import PhoneDigits
from callback.dialogue.turn import (
    AskAgain,
    HangUp,
    KeepWaiting,
    Leave,
    Listen,
    Record,
    Say,
    Turn,
)
from callback.lines.offer import NoOffer, Window, chosen
from callback.lines.wait import WaitEstimate

SUPERVISOR_KEY: Final = "4"
ANSWERS_KEY: Final = "5"
NOTE_SECONDS: Final = 20
NOT_UNDERSTOOD: Final = Say("caller.not_understood")


def waiting(facts: Facts) -> Turn:
    """Tell a waiting caller how long it will be and, where one stands, of the offer."""
    if facts.emptied:
        return replace(arrival_steps.closed(facts), then=Leave())
    says = [] if facts.position is None else [Say("caller.position", {"place": facts.position})]
    says.append(wait_sentence(facts.wait))
    if facts.closing is not None:
        key = "caller.closing_first" if facts.closing.first else "caller.closing"
        says.append(Say(key, {"closing": facts.closing.at}))
    says += _offer_sentences(facts) if facts.speaks_offer else []
    if not _has_keys(facts):
        return Turn(tuple(says), pause_seconds=facts.announce_seconds, then=AskAgain())
    return Turn(tuple(says), Listen(Step.OFFER, seconds=1), facts.announce_seconds, AskAgain())


def _offer_sentences(facts: Facts) -> list[Say]:
    says = [Say("caller.overload")] if facts.offer.overload else []
    if facts.offer.asap is not None:
        says.append(Say("caller.offer_asap"))
    if facts.offer.windows:
        says.append(Say("caller.offer_times"))
    if facts.offer.refusal in (NoOffer.NO_ROOM, NoOffer.NOBODY_AT_WORK):
        says.append(Say("caller.no_promise_now"))
    if facts.supervisor:
        says.append(Say("caller.offer_supervisor", {"key": SUPERVISOR_KEY}))
    if facts.answers:
        says.append(Say("caller.offer_answers", {"key": ANSWERS_KEY}))
    return [*says, Say("caller.offer_stay")] if _has_keys(facts) else says


def _has_keys(facts: Facts) -> bool:
    return facts.offer.stands or facts.supervisor or bool(facts.answers)


def wait_sentence(wait: WaitEstimate | None) -> Say:
    """Return the honest wait as a sentence."""
    if wait is None:
        return Say("caller.wait_unknown")
    low, high = wait.range_minutes()
    if not wait.high:
        return Say("caller.wait_next")
    if low == 0 or low == high:
        return Say("caller.wait_up_to", {"high": timedelta(minutes=high)})
    return Say("caller.wait_range", {"low": low, "high": high})


def decide(step: Step, digits: str, facts: Facts, zone: ZoneInfo) -> Decision:
    """Return what follows from the keys pressed at a step of the menu.

    Times that are typed are meant in `zone`.
    """
    decision = _DECIDE[step](digits, facts, zone)
    return _outside(decision) if facts.closed or facts.pending else decision


def _after_offer(digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    if digits == "1" and facts.offer.asap is not None:
        return _ask_about(replace(facts.choice, window=None), facts)
    if digits == "2" and facts.offer.windows:
        return time_steps.read_times(replace(facts.choice, windows=facts.offer.windows))
    if digits == SUPERVISOR_KEY and facts.supervisor:
        return Decision(Choice(), wish=Wish.SUPERVISOR)
    if digits == ANSWERS_KEY and facts.answers:
        return _read_answers(facts.choice, facts)
    return astray(facts, lambda choice: Decision(choice, _in_menu(waiting(facts))), _back)


def _read_answers(choice: Choice, facts: Facts, *before: Say) -> Decision:
    options = [
        Say("caller.answer_option", {"key": key, "title": title})
        for key, (title, _) in enumerate(facts.answers, start=1)
    ]
    says = (*before, *options, Say("caller.time_back"))
    return Decision(choice, Turn(says, Listen(Step.ANSWERS)))


def _after_answers(digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    if digits == "0":
        return _back(facts)
    if digits.isdecimal() and 1 <= int(digits) <= len(facts.answers):
        _, text = facts.answers[int(digits) - 1]
        return _read_answers(facts.choice, facts, Say("caller.own_words", {"text": text}))
    return astray(facts, lambda again: _read_answers(again, facts, NOT_UNDERSTOOD), _back)


def _after_time(digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    if digits == time_steps.BACK:
        return _back(facts)
    window = chosen(digits, facts.choice.windows)
    if window is not None:
        return _take(window, facts)
    return time_steps.after_time(digits, facts) or astray(
        facts, lambda again: time_steps.read_times(again, NOT_UNDERSTOOD), _back
    )


def _after_day(digits: str, facts: Facts, zone: ZoneInfo) -> Decision:
    if digits == time_steps.BACK:
        return _back(facts)
    return time_steps.after_day(digits, facts, zone) or astray(
        facts, lambda again: time_steps.read_days(again, NOT_UNDERSTOOD), _back
    )


def _after_clock(digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    window = time_steps.hit(facts)
    if window is not None:
        return _take(window, facts)
    return time_steps.after_clock(digits, facts) or astray(
        facts, lambda again: time_steps.ask_clock(again, NOT_UNDERSTOOD), _back
    )


def _after_half(_digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    window = time_steps.hit(facts)
    if window is not None:
        return _take(window, facts)
    if facts.asked_at is not None:
        return time_steps.nearest(facts)
    return astray(facts, lambda again: time_steps.ask_half(again, NOT_UNDERSTOOD), _back)


def _take(window: Window, facts: Facts) -> Decision:
    """Go on with a window that was chosen."""
    choice = replace(facts.choice, window=window, day=None, clock=None)
    if choice.moving:
        return Decision(choice, move=window)
    return _ask_about(choice, facts)


def _ask_about(choice: Choice, facts: Facts) -> Decision:
    if facts.reasons and choice.reason is None:
        return number_steps.ask_reason(choice, facts)
    return _ask_number(choice, facts)


def _after_reason(digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    reason = number_steps.chosen_reason(digits, facts)
    if reason is None:
        return astray(
            facts, lambda again: number_steps.ask_reason(again, facts, NOT_UNDERSTOOD), _back
        )
    return _ask_number(replace(facts.choice, reason=reason), facts)


def _ask_number(choice: Choice, facts: Facts, *before: Say) -> Decision:
    asked = number_steps.ask_number(choice, facts, *before)
    return asked if asked is not None else _back(facts, Say("caller.cannot_be_kept"))


def _after_number(digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    choice = facts.choice
    if digits == "1" and choice.number is not None:
        return number_steps.confirmed(choice, choice.number, facts)
    if digits == "2":
        return number_steps.type_number(replace(choice, number=None, extension=None))
    if digits == "0":
        return _back(facts)
    return astray(facts, lambda again: _ask_number(again, facts, NOT_UNDERSTOOD), _back)


def _after_typing(_digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    if facts.typed_number is not None:
        extension = facts.typed_extension
        typed = replace(facts.choice, number=facts.typed_number, extension=extension)
        return _ask_number(typed, facts)
    unusable = Say("caller.number_unusable")
    return astray(facts, lambda again: number_steps.type_number(again, unusable), _back)


def _after_language(digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    return arrival_steps.after_language(digits, facts)


def _after_pending(digits: str, facts: Facts, _zone: ZoneInfo) -> Decision:
    return arrival_steps.after_pending(digits, facts)


def _back(facts: Facts, *before: Say) -> Decision:
    if facts.pending is not None:
        return Decision(Choice(), arrival_steps.pending(facts, facts.pending, *before))
    if facts.closed:
        return Decision(Choice(), arrival_steps.closed(facts, *before))
    if facts.emptied:
        return Decision(Choice(), waiting(facts))
    turn = _in_menu(waiting(replace(facts, speaks_offer=True)))
    says = (*before, Say("caller.back_to_waiting"), *turn.says)
    return Decision(Choice(), replace(turn, says=says))


def _in_menu(turn: Turn) -> Turn:
    return replace(turn, then=KeepWaiting())


def _outside(decision: Decision) -> Decision:
    """Fit a decision to a caller who is in no queue: silence is followed by the goodbye."""
    turn = decision.turn
    if turn is None or not isinstance(turn.then, KeepWaiting | AskAgain):
        return decision
    return replace(decision, turn=replace(turn, then=HangUp()))


def supervisor(facts: Facts) -> Turn:
    """Tell a caller that a supervisor will take the call; the place in line is the same."""
    turn = _in_menu(waiting(replace(facts, supervisor=False)))
    return replace(turn, says=(Say("caller.supervisor"), *turn.says))


def promised(
    number: PhoneDigits,
    window: Window,
    *,
    scheduled: bool,
    in_queue: bool = True,
    takes_note: bool = False,
) -> Turn:
    """Speak a promise that has been written down, and let the caller go, or say something after a tone.

    Nothing can be recorded in a queue: there, the tone comes after it was left.
    """
    if scheduled:
        say = Say("caller.promised_window", {"number": number, "window": window})
    else:
        say = Say(
            "caller.promised_asap", {"number": number, "minutes": window.until - window.start}
        )
    if in_queue and takes_note:
        return Turn((say,), then=Leave())
    if takes_note:
        asked = ask_note()
        return replace(asked, says=(say, *asked.says))
    return Turn((say, Say("caller.bye")), then=Leave() if in_queue else HangUp())


def ask_note() -> Turn:
    """Let somebody whom we have promised a call say who it is for and what about."""
    return Turn((Say("caller.note"),), then=Record(NOTE_SECONDS))


def not_promised(rule: str, facts: Facts) -> Turn:
    """Say why a promise was not made; the caller keeps the place in line."""
    key = {
        "no_longer_waiting": "caller.agent_coming",
        "one_callback_per_person": "caller.owed_already",
        "do_not_call": "caller.asked_not_to_be_called",
    }.get(rule, "caller.cannot_be_kept")
    if facts.closed or facts.pending:
        return Turn((Say(key), Say("caller.goodbye")), then=HangUp())
    return Turn((Say(key),), pause_seconds=facts.announce_seconds, then=KeepWaiting())


_DECIDE: Final[dict[Step, Callable[[str, Facts, ZoneInfo], Decision]]] = {
    Step.LANGUAGE: _after_language,
    Step.PENDING: _after_pending,
    Step.OFFER: _after_offer,
    Step.ANSWERS: _after_answers,
    Step.TIME: _after_time,
    Step.DAY: _after_day,
    Step.CLOCK: _after_clock,
    Step.HALF: _after_half,
    Step.REASON: _after_reason,
    Step.NUMBER: _after_number,
    Step.TYPED: _after_typing,
}
