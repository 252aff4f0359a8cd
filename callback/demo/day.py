"""A day of callers and agents, whatever it was made from; and the hours of it that are played."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from callback.demo.log import HALF_HOUR, HALF_HOURS


class Wish(StrEnum):
    """What somebody does on hearing the offer of a callback.

    * `asap`: takes it, keeping the place in line.
    * `later`: chooses the first time that is offered.
    * `stay`: stays on the phone.
    """

    ASAP = "asap"
    LATER = "later"
    STAY = "stay"


class Ring(StrEnum):
    """What a phone does when it is rung: it is answered, is busy, or rings out."""

    ANSWERED = "answered"
    BUSY = "busy"
    UNANSWERED = "unanswered"


# Nobody measured this in the log, which knows no offers: simulations of the field take 50 to 60 per cent.
WISHES = {Wish.ASAP: 0.45, Wish.LATER: 0.10, Wish.STAY: 0.45}
FIRST_RING = {Ring.ANSWERED: 0.85, Ring.BUSY: 0.05, Ring.UNANSWERED: 0.10}


@dataclass(frozen=True)
class Caller:
    """One person: when she calls, how long she waits and talks, and what she would do with an offer."""

    arrives: timedelta
    call_type: str
    number: str
    patience: timedelta
    handle: timedelta
    wish: Wish
    first_ring: Ring
    reaction: timedelta


@dataclass(frozen=True)
class Day:
    """The callers in order of arrival, and the agents available in each of the 48 half-hours."""

    on: date
    callers: tuple[Caller, ...]
    agents: tuple[int, ...]
    title: str
    source: str

    def __post_init__(self) -> None:
        """Refuse a day without 48 half-hours."""
        if len(self.agents) != HALF_HOURS:
            raise ValueError(f"a day has {HALF_HOURS} half-hours, not {len(self.agents)}")

    def between(self, first: timedelta, last: timedelta) -> Day:
        """Return the same day with only the callers who arrive in [first, last)."""
        kept = tuple(caller for caller in self.callers if first <= caller.arrives < last)
        return replace(self, callers=kept)

    def agents_at(self, offset: timedelta) -> int:
        """Return how many agents are available at an offset from midnight; the last count goes on."""
        return self.agents[max(0, min(offset // HALF_HOUR, HALF_HOURS - 1))]

    def busiest(self, length: timedelta) -> tuple[timedelta, timedelta]:
        """Return the span of whole half-hours, of `length`, in which most people call."""
        counts = [0] * HALF_HOURS
        for caller in self.callers:
            counts[caller.arrives // HALF_HOUR] += 1
        width = max(1, length // HALF_HOUR)
        first = max(range(HALF_HOURS - width + 1), key=lambda i: (sum(counts[i : i + width]), -i))
        return first * HALF_HOUR, (first + width) * HALF_HOUR

    def hours(self, text: str) -> tuple[timedelta, timedelta]:
        """Return the span that `busiest`, `all` or `10-12` names; `all` is from first to last call.

        Raises:
            ValueError: it names none.

        """
        if not self.callers:
            raise ValueError(f"nobody calls on {self.on}")
        if text == "busiest":
            return self.busiest(timedelta(hours=2))
        if text == "all":
            first, last = self.callers[0].arrives, self.callers[-1].arrives
            return first // HALF_HOUR * HALF_HOUR, (last // HALF_HOUR + 1) * HALF_HOUR
        opens, dash, closes = text.partition("-")
        if not (dash and opens.isdigit() and closes.isdigit() and int(opens) < int(closes) <= 24):
            raise ValueError(f"hours are `busiest`, `all` or, say, `10-12`, not {text!r}")
        return timedelta(hours=int(opens)), timedelta(hours=int(closes))


@dataclass(frozen=True)
class Temper:
    """What of a person is drawn whether the call is real or drawn: the log knows nothing of offers."""

    wish: Wish
    first_ring: Ring
    reaction: timedelta


def temper(rng: Random) -> Temper:
    """Draw what one person does with an offer, and when called back."""
    return Temper(
        wish=rng.choices(list(WISHES), list(WISHES.values()))[0],
        first_ring=rng.choices(list(FIRST_RING), list(FIRST_RING.values()))[0],
        reaction=timedelta(seconds=round(rng.uniform(0.8, 3.0), 1)),
    )
