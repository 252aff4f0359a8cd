"""What an agent hears when a contact is offered, and what her keys mean."""

from __future__ import annotations

from datetime import timedelta

from callback.dialogue.turn import Again, HangUp, Join, Listen, Say, Turn
from callback.lines.offer import Window

ANSWERED = "answered"
CHOICE = "choice"
ACCEPTED = "accepted"
SORRY = "sorry"
NOTE_KEY = "3"


def offer_call(line: str, waited: timedelta) -> Turn:
    """Offer a live caller."""
    return _offer(Say("agent.call", {"line": line}), Say("agent.waited", {"waited": waited}))


def offer_callback(
    line: str, window: Window, reason: str | None, *, has_note: bool = False
) -> Turn:
    """Offer a callback; what it is about is said as the person chose it, and played as she said it."""
    more = [Say("agent.promised", {"window": window})]
    if reason:
        more.insert(0, Say("agent.reason", {"reason": reason}))
    if has_note:
        more.append(Say("agent.note", {"key": NOTE_KEY}))
    return _offer(Say("agent.callback", {"line": line}), *more)


def _offer(what: Say, *more: Say) -> Turn:
    # The keys come before the details, so that nobody has to listen to the end to accept.
    # Silence may be that of an agent who has accepted at her desk.
    return Turn(
        (what, Say("agent.choice"), *more), Listen(CHOICE, seconds=10), then=Again(ACCEPTED)
    )


def play_note(address: str) -> Turn:
    """Play what the person said after the tone, and ask again."""
    return Turn((Say("agent.choice"),), Listen(CHOICE, seconds=10), then=HangUp(), plays=address)


def accepted(join: Join, *, person_is_rung: bool) -> Turn:
    """Let an agent into the conference who has accepted."""
    return Turn((Say("agent.ringing" if person_is_rung else "agent.connecting"),), then=join)


def not_a_choice() -> Turn:
    """Ask once more."""
    return Turn((Say("agent.choice"),), Listen(CHOICE, seconds=10), then=Again(ACCEPTED))


def one_moment() -> Turn:
    """Let an agent wait for a moment who is being brought in already."""
    return Turn((Say("agent.connecting"),), pause_seconds=6, then=Again(ACCEPTED))


def hang_up() -> Turn:
    """End the call of an agent who pressed nothing."""
    return Turn((), then=HangUp())


def farewell(key: str) -> Turn:
    """Say one sentence and hang up."""
    return Turn((Say(key),), then=HangUp())
