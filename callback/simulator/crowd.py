"""A crowd of callers: how many an hour, for how long, and of which kinds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from callback.simulator.persona import Persona, persona_from
from callback.simulator.scenario import PlannedCall

MOST_CALLERS: Final = 100_000
KNOWN: Final = frozenset({"to", "per_hour", "for_s", "mix", "rings_back", "numbers_from"})


@dataclass(frozen=True)
class Crowd:
    """Callers who ring `to` at random, `per_hour` of them on average, for `for_s` seconds.

    `mix` weighs the kinds of people. Everybody has a number of their own, counted from `numbers_from`.
    `rings_back` is who answers when one of them is called later; None: the same person.
    """

    to: str
    per_hour: float
    for_s: float
    mix: tuple[tuple[Persona, float], ...]
    rings_back: Persona | None = None
    numbers_from: int = 14_155_000_000


def crowd_from(data: Mapping[str, Any]) -> Crowd:
    """Return the crowd that a JSON object describes; `mix` maps names of personas to weights.

    Personas without a name are mixed as `[{"persona": {…}, "weight": 3}, …]`.

    Raises:
        ValueError: something is missing, unknown or out of range.

    """
    if not isinstance(data, Mapping):
        raise ValueError(f"a crowd is a JSON object, not {data!r}")  # noqa: TRY004 - one kind for bad input
    if unknown := set(data) - KNOWN:
        raise ValueError(f"a crowd has no {', '.join(sorted(unknown))}")
    if missing := {"to", "per_hour", "for_s"} - set(data):
        raise ValueError(f"a crowd needs {', '.join(sorted(missing))}")
    mix = tuple(_kinds(data.get("mix") or {"patient": 1}))
    per_hour, for_s = _number("per_hour", data["per_hour"]), _number("for_s", data["for_s"])
    if per_hour <= 0 or for_s <= 0 or any(weight <= 0 for _, weight in mix):
        raise ValueError("a crowd's rate, time and weights are positive")
    if per_hour * for_s / 3600 > MOST_CALLERS:
        raise ValueError(f"a crowd has at most {MOST_CALLERS} callers")
    later = data.get("rings_back")
    return Crowd(
        str(data["to"]),
        per_hour,
        for_s,
        mix,
        persona_from(later) if later else None,
        int(data.get("numbers_from", Crowd.numbers_from)),
    )


def _kinds(mix: Any) -> Iterator[tuple[Persona, float]]:
    if isinstance(mix, Mapping):
        mix = [{"persona": name, "weight": weight} for name, weight in mix.items()]
    for kind in mix:
        if not isinstance(kind, Mapping) or set(kind) != {"persona", "weight"}:
            raise ValueError(f"a kind of people is a persona and a weight, not {kind!r}")
        yield persona_from(kind["persona"]), _number("weight", kind["weight"])


def _number(name: str, value: Any) -> float:
    if not isinstance(value, int | float):
        raise ValueError(f"{name} is a number, not {value!r}")  # noqa: TRY004 - one kind for bad input
    return float(value)


def planned_calls(crowd: Crowd, start: datetime, draw: random.Random) -> list[PlannedCall]:
    """Return the calls of a crowd that begins to ring at `start`: a Poisson stream, in order of time."""
    personas = [persona for persona, _ in crowd.mix]
    weights = [weight for _, weight in crowd.mix]
    calls: list[PlannedCall] = []
    passed = draw.expovariate(crowd.per_hour / 3600)
    while passed < crowd.for_s:
        (persona,) = draw.choices(personas, weights)
        number = f"+{crowd.numbers_from + len(calls)}"
        at = start + timedelta(seconds=passed)
        calls.append(PlannedCall(at, number, crowd.to, persona, crowd.rings_back or persona))
        passed += draw.expovariate(crowd.per_hour / 3600)
    return calls
