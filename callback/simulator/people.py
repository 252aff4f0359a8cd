"""Who has which number, and how often it has rung."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace

from callback.simulator.amounts import drawn
from callback.simulator.persona import Answers, Persona, persona_from


class People:
    """The directory of personas; a number that nobody registered gets an ordinary person."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self._personas: dict[str, Persona] = {}
        self._rings: dict[str, int] = {}

    def register(self, number: str, persona: Persona) -> None:
        """Set how a number behaves from now on; its rings are counted anew."""
        self._personas[number] = persona
        self._rings.pop(number, None)

    def at(self, number: str) -> Persona:
        """Return who has this number."""
        return self._personas.get(number) or Persona()

    def ring(self, number: str) -> Answers:
        """Ring a number once more; return what happens."""
        ring = self._rings.get(number, 0)
        self._rings[number] = ring + 1
        answers = self.at(number).answers_at(ring)
        return replace(answers, after_s=drawn(answers.after_s, self.draw))


def read_people(text: str) -> dict[str, Persona]:
    """Return who has which number, as a TOML file says: a persona, or the name of one, under each number.

    Raises:
        ValueError: it is not TOML, or a persona makes no sense; the message names its number.

    """
    found: dict[str, Persona] = {}
    for number, data in tomllib.loads(text).items():
        if not number.startswith("+"):
            raise ValueError(f"people are listed under their numbers, such as +1…, not {number!r}")
        try:
            found[number] = persona_from(data)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{number}: {error}") from error
    return found
