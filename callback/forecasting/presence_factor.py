"""How many of those at work are really there for calls, calibrated so that the log's abandonment comes out.

Who is logged in is seldom known; who answers calls is. Breaks, meetings and talks between calls make fewer of
them than the log shows, and a plan that takes the log's word is too rosy.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from callback.errors import InvalidInput
from callback.forecasting.erlang_many import erlang_a_many
from callback.forecasting.history import Array

_LEAST = 0.2
_HALVINGS = 30

Service = tuple[str, datetime, datetime]
"""An agent, and when a call with her began and ended."""


def agents_seen(
    services: Iterable[Service],
    starts: Sequence[datetime],
    interval: timedelta,
    idle: timedelta = timedelta(minutes=15),
) -> list[float]:
    """Return the mean number of agents at work in each interval, as far as their calls show it.

    Between two calls an agent is taken to be at work if they lie at most `idle` apart. `starts` are in order.
    """
    spells: list[tuple[datetime, datetime]] = []
    last: dict[str, int] = {}
    for agent, begins, ends in sorted(services, key=lambda each: each[1]):
        place = last.get(agent)
        if place is not None and begins - spells[place][1] <= idle:
            spells[place] = (spells[place][0], max(spells[place][1], ends))
        else:
            last[agent] = len(spells)
            spells.append((begins, ends))
    found = [0.0] * len(starts)
    for since, to in spells:
        for place in range(max(0, bisect_right(starts, since) - 1), bisect_left(starts, to)):
            shared = min(to, starts[place] + interval) - max(since, starts[place])
            found[place] += max(shared, timedelta(0)) / interval
    return found


def presence_factor(
    loads: Sequence[float],
    agents: Sequence[float],
    abandoned: float,
    handle_seconds: float,
    patience_seconds: float,
) -> float:
    """Return the share (0.2–1) of the `agents` seen with whom Erlang A loses the share `abandoned` of calls.

    `loads` (erlangs) and `agents` are those of intervals of the log. Fractions of agents are reckoned between
    the whole numbers beside them.

    Raises:
        InvalidInput: there is no interval with calls and agents, or the share lies outside 0–1.

    """
    if not 0 < abandoned < 1:
        raise InvalidInput("abandoned", f"{abandoned:g}; must lie between 0 and 1")
    load, seen = np.asarray(loads, dtype=float), np.asarray(agents, dtype=float)
    usable = (load > 0) & (seen >= 1)
    if not usable.any():
        raise InvalidInput("log", "no interval has both calls and agents")
    load, seen = load[usable], seen[usable]
    low, high = _LEAST, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        lost = _lost(load, seen * middle, patience_seconds / handle_seconds)
        low, high = (middle, high) if lost > abandoned else (low, middle)
    return (low + high) / 2


def _lost(load: Array, agents: Array, patience: float) -> float:
    below = np.maximum(np.floor(agents), 1.0)
    part = np.clip(agents - below, 0.0, 1.0)
    fewer = erlang_a_many(load, below, patience, 0.0).abandoned
    more = erlang_a_many(load, below + 1.0, patience, 0.0).abandoned
    return float((load * (fewer + part * (more - fewer))).sum() / load.sum())
