"""Who has which number in a run: callers, people to be called back, and agents."""

from __future__ import annotations

import json
import random
from typing import Any

from callback.demo.numbers import AREAS

LINES = {"first": "+12125550198", "second": "+12125550199"}
AREA_CODES = sorted(set(AREAS))
ENDINGS = 100

Persona = dict[str, Any]


def person_number(number: int) -> str:
    """Return the number of the n-th person; the exchanges 0100 to 0199 are nobody's."""
    area, ending = divmod(number, ENDINGS)
    return f"+1{AREA_CODES[area]}55501{ending:02d}"


def agent_number(number: int) -> str:
    return f"+121255501{number:02d}"


def called_back(draw: random.Random) -> Persona:
    """A person as she is when called: sooner or later she answers, and then she wants to talk."""
    first = draw.choice([[], [], [], [], ["busy"], ["never"], ["reject"], ["busy", "never"]])
    answers: list[Any] = [*first, {"after_s": round(draw.uniform(1, 8), 1)}]
    return {
        "answers": answers[0],
        "answers_next": answers[1:] or [answers[0]],
        "choices": [{"hears": "connected"}],
        "reaction_s": round(draw.uniform(0.5, 2), 1),
        "patience_s": 120,
        "talk_s": round(draw.uniform(12, 25), 1),
    }


def agent(draw: random.Random) -> Persona:
    """An agent, who accepts whatever is offered; now and then her phone is not answered."""
    usual = {"after_s": round(draw.uniform(1, 3), 1)}
    return {
        "answers": usual,
        "answers_next": [usual] * draw.randint(5, 12) + ["never", usual],
        "choices": [{"hears": "accept", "times": 9}],
        "reaction_s": 0.7,
    }


def caller() -> Persona:
    """Somebody who calls, and takes the callback when it is offered."""
    return {
        "choices": [{"hears": "called back"}, {"hears": "confirm|this number"}],
        "patience_s": 90,
        "talk_s": 10,
    }


def as_toml(people: dict[str, Persona]) -> str:
    """Return the file of people that the simulator reads."""
    return "".join(f'"{number}" = {_inline(persona)}\n' for number, persona in people.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)
