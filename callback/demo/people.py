"""The day as the simulator's people: what each of them does on the phone, and when they call.

The same lines are given to both runs, so that both meet the same people in the same mood. They find their
way by listening: a wish matches the words of an option, and the key is whatever the voice says it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from callback.demo.day import Caller, Day, Ring, Wish
from callback.demo.numbers import LINE_NUMBER, agent_number

CALLED_BACK: Final = "called back"
CHOOSE_A_TIME: Final = "choose a time"
THIS_TIME: Final = r"\bbetween\b.+\band\b|\bfrom\b.+\bto\b"
THIS_NUMBER: Final = "confirm|this number"
CONNECTED: Final = "connected"
ACCEPT: Final = "accept"

# Even who hangs up at once has dialled, and hears the line being answered first.
SHORTEST_CALL_SECONDS: Final = 1.0
PATIENCE_WHEN_CALLED_BACK_SECONDS: Final = 120.0

Persona = dict[str, Any]


def on_hearing(words: str) -> dict[str, Any]:
    """Return the wish for the option whose purpose matches `words`."""
    return {"hears": words, "presses": "option"}


WISHES: Final[dict[Wish, tuple[str, ...]]] = {
    Wish.ASAP: (CALLED_BACK, THIS_NUMBER),
    Wish.LATER: (CHOOSE_A_TIME, THIS_TIME, THIS_NUMBER),
    Wish.STAY: (),
}


def caller_persona(caller: Caller) -> Persona:
    """Return how a caller behaves on her own call."""
    return {
        "choices": [on_hearing(words) for words in WISHES[caller.wish]],
        "reaction_s": caller.reaction.total_seconds(),
        "patience_s": max(SHORTEST_CALL_SECONDS, round(caller.patience.total_seconds(), 1)),
        "talk_s": round(caller.handle.total_seconds(), 1),
        "label": f"{caller.call_type} {caller.wish}",
    }


def returned_persona(caller: Caller) -> Persona:
    """Return how she behaves when the line calls her; from the second ring on everybody answers."""
    answers = {"after_s": 3.0 + caller.reaction.total_seconds()}
    first: Any = {Ring.ANSWERED: answers, Ring.BUSY: "busy", Ring.UNANSWERED: "never"}[
        caller.first_ring
    ]
    return {
        "answers": first,
        "answers_next": [answers],
        "choices": [on_hearing(CONNECTED)],
        "reaction_s": caller.reaction.total_seconds(),
        "patience_s": PATIENCE_WHEN_CALLED_BACK_SECONDS,
        "talk_s": round(caller.handle.total_seconds(), 1),
        "label": f"{caller.call_type} called back",
    }


def scenario(day: Day, midnight: datetime, line_number: str = LINE_NUMBER) -> Iterator[Persona]:
    """Yield the lines of the simulator's scenario; `midnight` is the aware instant at which the day begins."""
    for caller in day.callers:
        yield {
            "at": (midnight + caller.arrives).isoformat(),
            "from": caller.number,
            "to": line_number,
            "persona": caller_persona(caller),
            "rings_back": returned_persona(caller),
        }


def agents(count: int, seed: int) -> list[Persona]:
    """Return the phones of `count` agents, who accept whatever is offered and talk as long as the caller."""
    rng = Random(f"agents {seed}")
    return [
        {
            "number": agent_number(number),
            "persona": {
                "answers": {"after_s": round(rng.uniform(2.0, 4.0), 1)},
                "choices": [{**on_hearing(ACCEPT), "times": 1}],
                "reaction_s": round(rng.uniform(0.5, 1.0), 1),
                "talk_s": None,
                "label": f"agent {number + 1}",
            },
        }
        for number in range(count)
    ]


def most_agents(day: Day, first: timedelta, last: timedelta) -> int:
    """Return how many agents the played hours need at most."""
    half_hour = timedelta(minutes=30)
    steps = range(max(1, -(-(last - first) // half_hour)))
    return max(1, *(day.agents_at(first + step * half_hour) for step in steps))
