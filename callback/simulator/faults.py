"""Misfortune on request: what may happen to webhooks, to REST requests, to the network and to the clock.

Every draw comes from one seeded source, in the order in which things happen, so that a run on a clock moved
by hand repeats itself exactly.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

CHANCES: Final = (
    "duplicate",
    "drop",
    "reorder",
    "after_end",
    "repeat_steps",
    "shuffle",
    "extra",
    "omit",
    "rest_refuse",
    "rest_busy",
    "rest_lose",
)
OPTIONAL: Final = frozenset(
    {"CallToken", "StirVerstat", "CallerName", "ForwardedFrom"}
    | {
        f"{end}{place}"
        for end in ("From", "To", "Caller", "Called")
        for place in ("City", "State", "Zip", "Country")
    }
)
"""Parameters that Twilio sends where it knows them, and only there."""

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Faults:
    """What goes wrong from now on. Chances lie between 0 and 1, delays are not negative.

    To status events: `duplicate` (same token), `drop`, `reorder` (later ones overtake it), `delay_ms`,
    `after_end` (an earlier event of the call comes once more after its last). To requests for documents:
    `repeat_steps` (made twice with the same token; the second answer counts). To the parameters of both:
    `shuffle` their order, an `extra` unknown one, `omit` optional ones. To REST requests: `rest_delay_ms`,
    `rest_refuse` (503, not carried out), `rest_busy` (429, not carried out), `rest_lose` (carried out, and
    the reply is lost). `partition_s`: nothing gets through in either direction for so long. `skew_s`: how
    far this side's clock is ahead.
    """

    duplicate: float = 0.0
    drop: float = 0.0
    reorder: float = 0.0
    delay_ms: float = 0.0
    after_end: float = 0.0
    repeat_steps: float = 0.0
    shuffle: float = 0.0
    extra: float = 0.0
    omit: float = 0.0
    rest_delay_ms: float = 0.0
    rest_refuse: float = 0.0
    rest_busy: float = 0.0
    rest_lose: float = 0.0
    partition_s: float = 0.0
    skew_s: float = 0.0
    seed: int | None = None


def faults_from(data: dict[str, Any]) -> Faults:
    """Return the faults that a JSON object describes.

    Raises:
        ValueError: it names something unknown, or a value is out of range.

    """
    if not isinstance(data, dict):
        raise ValueError(f"faults are a JSON object, not {data!r}")  # noqa: TRY004 - one kind for bad input
    if unknown := set(data) - {field.name for field in fields(Faults)}:
        raise ValueError(f"unknown fault {', '.join(sorted(unknown))}")
    faults = Faults(**data)
    values = asdict(faults)
    for name, value in data.items():
        if not isinstance(value, int | float) and not (name == "seed" and value is None):
            raise ValueError(f"{name} is a number, not {value!r}")
    if wrong := [name for name in CHANCES if not 0 <= values[name] <= 1]:
        raise ValueError(f"{', '.join(wrong)}: a chance lies between 0 and 1")
    delays = ("delay_ms", "rest_delay_ms", "partition_s")
    if wrong := [name for name in delays if values[name] < 0]:
        raise ValueError(f"{', '.join(wrong)}: cannot be negative")
    return faults


class Misfortune:
    """Draws what happens to each request, repeatably for a given seed."""

    def __init__(self, draw: random.Random) -> None:
        self.faults = Faults()
        self._draw = draw
        self._parted_until: datetime | None = None

    def set(self, faults: Faults, now: datetime) -> None:
        """Apply these faults from now on; a seed starts the draw anew, a partition begins now."""
        self.faults = faults
        parted = timedelta(seconds=faults.partition_s)
        self._parted_until = now + parted if parted else None
        if faults.seed is not None:
            self._draw = random.Random(faults.seed)

    def parted(self, now: datetime) -> bool:
        """Whether the network lets nothing through at this instant."""
        return self._parted_until is not None and now < self._parted_until

    def happens(self, chance: str) -> bool:
        """Draw whether the misfortune of that name happens to the thing at hand."""
        likely: float = getattr(self.faults, chance)
        return likely > 0 and self._draw.random() < likely

    def one_of(self, things: Sequence[Any]) -> Any:
        """Draw one of several things."""
        return self._draw.choice(things)

    def garbled(self, params: Pairs) -> tuple[tuple[str, str], ...]:
        """Return parameters as they may come as well: fewer optional ones, one more, in another order."""
        found = list(params)
        if self.happens("omit"):
            found = [pair for pair in found if pair[0] not in OPTIONAL or self._draw.random() < 0.5]
        if self.happens("extra"):
            found.append((f"Unheard{self._draw.randrange(100)}", ""))
        if self.happens("shuffle"):
            self._draw.shuffle(found)
        return tuple(found)
