"""Misfortune on the way of status events: doubled, late, lost, overtaken."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Faults:
    """How likely each misfortune is (0 to 1), and how late every event comes."""

    duplicate: float = 0.0
    delay_ms: float = 0.0
    drop: float = 0.0
    reorder: float = 0.0
    seed: int | None = None


def faults_from(data: dict[str, Any]) -> Faults:
    """Return the faults that a JSON object describes.

    Raises:
        ValueError: it names something unknown, or a value is out of range.

    """
    if unknown := set(data) - {field.name for field in fields(Faults)}:
        raise ValueError(f"unknown fault {', '.join(sorted(unknown))}")
    faults = Faults(**data)
    chances = (faults.duplicate, faults.drop, faults.reorder)
    if not all(0 <= chance <= 1 for chance in chances) or faults.delay_ms < 0:
        raise ValueError("chances lie between 0 and 1, and a delay is not negative")
    return faults


class Misfortune:
    """Draws what happens to each event, repeatably for a given seed."""

    def __init__(self, draw: random.Random) -> None:
        self.faults = Faults()
        self._draw = draw

    def set(self, faults: Faults) -> None:
        """Apply these faults from now on; a seed starts the draw anew."""
        self.faults = faults
        if faults.seed is not None:
            self._draw = random.Random(faults.seed)

    def drops(self) -> bool:
        """Whether the next event is lost."""
        return self._happens(self.faults.drop)

    def doubles(self) -> bool:
        """Whether the next event is sent twice."""
        return self._happens(self.faults.duplicate)

    def overtaken(self) -> bool:
        """Whether later events pass the next one by."""
        return self._happens(self.faults.reorder)

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._draw.random() < chance
