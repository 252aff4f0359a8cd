"""The agents that many loads need at once, such as a year of half-hours of every line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.erlang_many import erlang_a_many, waiting_shares
from callback.forecasting.history import Array
from callback.forecasting.staffing import StaffingTarget, agents_needed

_MOST_AGENTS = 3_000
_HALVINGS = 64
_ROUNDING = 1e-9


def agents_for_many(loads: Sequence[float], target: StaffingTarget) -> list[int]:
    """Return the same as plain numbers, for `plan_with_ramps`."""
    found: list[int] = agents_for_loads(np.array(loads), target).tolist()
    return found


def agents_for_loads(loads: Array, target: StaffingTarget) -> NDArray[np.int64]:
    """Return for each load (erlangs) what `agents_needed` returns, worked out for all of them together.

    The largest load that each number of agents bears is found once; after that every load only looks up its
    place among them. Loads beyond what 3,000 agents bear are worked out one by one.
    """
    flat = np.asarray(loads, dtype=float).ravel()
    found = np.zeros(len(flat), dtype=np.int64)
    if not flat.size or flat.max() <= 0:
        return found.reshape(np.shape(loads))
    most = min(agents_needed(float(flat.max()), target), _MOST_AGENTS)
    borne = largest_loads(most, target)
    found = np.searchsorted(borne, flat, side="left") + 1
    found[flat <= 0] = 0
    beyond, places = np.unique(flat[flat > borne[-1]], return_inverse=True)
    if beyond.size:
        found[flat > borne[-1]] = np.array([agents_needed(float(a), target) for a in beyond])[
            places
        ]
    return found.reshape(np.shape(loads))


def largest_loads(most: int, target: StaffingTarget) -> Array:
    """Return the largest load with which 1, 2 … `most` agents reach every target, by bisection."""
    agents = np.arange(1.0, most + 1)
    low, high = np.zeros(most), (agents + _ROUNDING) * target.highest_occupancy
    if target.patience_seconds is None:
        high = np.minimum(high, agents)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = _enough(np.maximum(middle, 1e-300), agents, target)
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    last: Array = np.where(_enough(high, agents, target), high, low)
    return last


def _enough(load: Array, agents: Array, target: StaffingTarget) -> NDArray[np.bool_]:
    handle, patience = target.handle_seconds, target.patience_seconds
    wait, gone = target.longest_mean_wait_seconds, target.most_abandoned
    if patience is None:
        waiting, spare = waiting_shares(load, agents), agents - load
        enough = spare > 0
        if target.share > 0:
            in_time = 1.0 - waiting * np.exp(-spare * target.seconds / handle)
            enough = enough & (in_time >= target.share)
        if wait is not None:
            enough = enough & (waiting * handle <= wait * spare)
        return enough
    fare = erlang_a_many(load, agents, patience / handle, target.seconds / handle)
    enough = np.ones(len(load), dtype=bool)
    if target.share > 0:
        enough &= fare.answered_in_time >= target.share
    if wait is not None:
        enough &= fare.mean_wait * handle <= wait
    if gone is not None:
        enough &= fare.abandoned <= gone
    return enough
