"""Drawing a day from figures, with a seed: the same seed gives the same people, on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from callback.demo.day import Caller, Day, temper
from callback.demo.figures import Figures
from callback.demo.log import HALF_HOUR
from callback.demo.numbers import number_of
from callback.demo.queueing import available

# The figures are a month's; the drawn day is given one of its Mondays.
DRAWN_DAY = date(1999, 2, 8)


def draw(figures: Figures, seed: int, on: date = DRAWN_DAY) -> Day:
    """Return a day whose callers come as a Poisson process with the figures' rate in each half-hour.

    Each person's handling time and patience come from the tables of the kind of call.
    """
    rng = Random(seed)
    arrivals = sorted(_arrivals(figures, rng))
    callers = []
    for person, (arrives, kind) in enumerate(arrivals):
        drawn, measured = temper(rng), figures.types[kind]
        callers.append(
            Caller(
                arrives=arrives,
                call_type=kind,
                number=number_of(person),
                patience=measured.patience.at(rng.random()),
                handle=measured.handle.at(rng.random()),
                wish=drawn.wish,
                first_ring=drawn.first_ring,
                reaction=drawn.reaction,
            )
        )
    return Day(
        on=on,
        callers=tuple(callers),
        agents=available(figures.present, figures.available_share),
        title=f"a day drawn from {figures.measured_over} (seed {seed})",
        source=figures.source,
    )


def _arrivals(figures: Figures, rng: Random) -> Iterator[tuple[timedelta, str]]:
    width = HALF_HOUR.total_seconds()
    for index, expected in enumerate(figures.arrivals):
        for kind, count in expected.items():
            seconds = rng.expovariate(count / width) if count > 0 else width
            while seconds < width:
                yield index * HALF_HOUR + timedelta(seconds=round(seconds, 1)), kind
                seconds += rng.expovariate(count / width)
