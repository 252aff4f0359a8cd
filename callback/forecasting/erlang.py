"""The queueing formulas of Erlang: how a group of agents copes with an offered load.

Quantities, everywhere: `load` is the offered load in erlangs (arrival rate × mean handle time), `agents`
how many are at work, `handle` their mean handle time in seconds, `seconds` the wait within which a call
counts as answered in time, `patience` the mean time in seconds after which a waiting caller hangs up.
Shares and probabilities are 0–1. Arrivals are Poisson, handle times and patience exponential.

Sources: A. K. Erlang (1917) for B and C; C. Palm (1957) and O. Garnett, A. Mandelbaum and M. Reiman,
"Designing a call center with impatient customers" (2002), for A; S. Zeltyn and A. Mandelbaum, "Call
centers with impatient customers" (2005), for the density of the offered wait.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_STATES = 20_000_000
_NEGLIGIBLE = 45.0  # e**-45: what lies beyond changes no digit of a float


def erlang_b(load: float, agents: int) -> float:
    """Return the share of calls that find all agents busy where nobody can wait.

    B(0) = 1, 1/B(k) = 1 + k/load × 1/B(k−1). The reciprocal only grows, so no factorial overflows.

    >>> round(erlang_b(10, 10), 8)
    0.21458234
    """
    _check(load, agents)
    if load == 0:
        return 1.0 if agents == 0 else 0.0
    reciprocal = 1.0
    for k in range(1, agents + 1):
        reciprocal = 1.0 + k / load * reciprocal
    return 1.0 / reciprocal


def erlang_c(load: float, agents: int) -> float:
    """Return the share of callers who must wait where nobody hangs up.

    C = B / (1 − load/agents × (1 − B)). With no more agents than load the queue grows without end and
    everybody waits; with no calls nobody does.

    >>> round(erlang_c(10, 14), 8)
    0.17413193
    """
    return _waiting_share(load, agents, erlang_b(load, agents))


def service_level(load: float, agents: int, handle: float, seconds: float) -> float:
    """Return the share of callers answered within `seconds`: 1 − C × exp(−(agents − load) × seconds/handle).

    >>> round(service_level(10, 14, 180, 20), 6)
    0.88835
    """
    return _answered_within(load, agents, handle, seconds, erlang_c(load, agents))


def average_speed_of_answer(load: float, agents: int, handle: float) -> float:
    """Return the mean wait in seconds: C × handle / (agents − load); endless with no more agents than load."""
    waiting = erlang_c(load, agents)
    if load == 0:
        return 0.0
    return math.inf if agents <= load else waiting * handle / (agents - load)


def occupancy(load: float, agents: int) -> float:
    """Return the share of their time that agents are busy, where nobody hangs up: load/agents, at most 1."""
    _check(load, agents)
    if load == 0:
        return 0.0
    return 1.0 if agents <= load else load / agents


def agents_for_service(load: float, handle: float, share: float, seconds: float) -> int:
    """Return the fewest agents who answer `share` of the calls within `seconds` (Erlang C).

    The search begins at floor(load) + 1, the first number with which the queue is stable, and carries B
    along from one number to the next.

    >>> agents_for_service(10, 180, 0.8, 20)
    14
    """
    _check_target(share, seconds, handle)
    _check(load, 0)
    if load == 0:
        return 0
    agents = math.floor(load) + 1
    blocking = erlang_b(load, agents)
    while (
        _answered_within(load, agents, handle, seconds, _waiting_share(load, agents, blocking))
        < share
    ):
        agents += 1
        blocking = blocking / (blocking + agents / load)
    return agents


def agents_for_mean_wait(load: float, handle: float, seconds: float) -> int:
    """Return the fewest agents with whom callers wait at most `seconds` on average (Erlang C).

    >>> agents_for_mean_wait(10, 180, 20)
    13
    """
    _check_target(0.5, seconds, handle)
    if load == 0:
        return 0
    agents = math.floor(load) + 1
    blocking = erlang_b(load, agents)
    while _waiting_share(load, agents, blocking) * handle > seconds * (agents - load):
        agents += 1
        blocking = blocking / (blocking + agents / load)
    return agents


@dataclass(frozen=True)
class Patience:
    """What callers who hang up make of a queue (Erlang A, also M/M/n+M).

    * `waiting`: share of callers who must wait.
    * `abandoned`: share who hang up.
    * `mean_wait`: mean time in the queue in seconds, of all callers, whether they are answered or hang up.
    * `occupancy`: share of their time that agents are busy.
    * `answered_in_time`: share of *all* callers, those who hang up included, answered within `seconds`.
    """

    waiting: float
    abandoned: float
    mean_wait: float
    occupancy: float
    answered_in_time: float


def erlang_a(load: float, agents: int, handle: float, patience: float, seconds: float) -> Patience:
    """Return how a queue fares whose callers hang up after `patience` on average.

    The steady state of the birth-and-death chain, worked out in logarithms: with μ = 1/handle and
    θ = 1/patience, π(k) ∝ load^k/k! up to `agents`, and each state further is λ/(nμ + jθ) of the one before.
    P(abandon) = θ E[queue]/λ, E[wait] = E[queue]/λ (Little).
    """
    _check(load, agents)
    _check_target(0.5, seconds, handle)
    if not 0 < patience < math.inf:
        raise ValueError(f"patience must be positive and finite, not {patience}")
    if load == 0:
        return Patience(0.0, 0.0, 0.0, 0.0, 1.0)
    rate, leaving = load / handle, 1.0 / patience
    busy, queued = _steady_state(load, agents, handle, patience)
    waiting = float(queued.sum())
    queue = float(sum(place * share for place, share in enumerate(queued.tolist())))
    abandoned = min(1.0, leaving * queue / rate)
    at_once = float(busy.sum())
    later = 0.0
    if agents and seconds:
        later = _answered_after_a_wait(load, agents, handle, patience, seconds, float(busy[-1]))
    return Patience(
        waiting=min(1.0, waiting),
        abandoned=abandoned,
        mean_wait=queue / rate,
        occupancy=min(1.0, load * (1.0 - abandoned) / agents) if agents else 0.0,
        answered_in_time=min(1.0, at_once + later),
    )


def agents_with_patience(
    load: float, handle: float, share: float, seconds: float, patience: float
) -> int:
    """Return the fewest agents who answer `share` of *all* callers within `seconds` (Erlang A).

    Never more than Erlang C asks for, because those who hang up make room for the rest.
    """
    most = agents_for_service(load, handle, share, seconds)
    least = 0
    while least < most:
        middle = (least + most) // 2
        if erlang_a(load, middle, handle, patience, seconds).answered_in_time < share:
            least = middle + 1
        else:
            most = middle
    return least


def _waiting_share(load: float, agents: int, blocking: float) -> float:
    if load == 0:
        return 0.0
    return 1.0 if agents <= load else blocking / (1.0 - load / agents * (1.0 - blocking))


def _answered_within(
    load: float, agents: int, handle: float, seconds: float, waiting: float
) -> float:
    _check_target(0.5, seconds, handle)
    if load == 0:
        return 1.0
    return 0.0 if agents <= load else 1.0 - waiting * math.exp(-(agents - load) * seconds / handle)


def _steady_state(
    load: float, agents: int, handle: float, patience: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probabilities of 0 … agents−1 calls, and of `agents` calls with 0, 1, 2 … in the queue."""
    import numpy as np  # only callers who hang up need it: Erlang C does without

    per_handle = handle / patience
    excess = max(0.0, load - agents) / per_handle
    tail = math.ceil(excess + 12.0 * math.sqrt((load + excess * per_handle) / per_handle) + 80.0)
    if tail > _MOST_STATES:
        raise ValueError(
            f"a queue of {tail:,} callers cannot be worked out; with such patience use Erlang C"
        )
    below = np.cumsum(math.log(load) - np.log(np.arange(1, agents + 1, dtype=float)))
    full = float(below[-1]) if agents else 0.0
    beyond = math.log(load) - np.log(agents + np.arange(1, tail + 1) * per_handle)
    logs = np.concatenate(([0.0], below, full + np.cumsum(beyond)))
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    return weights[:agents], weights[agents:]


def _answered_after_a_wait(
    load: float, agents: int, handle: float, patience: float, seconds: float, one_free: float
) -> float:
    """Return P(0 < wait ≤ seconds and still there): ∫ v(x) e^(−x/patience) dx.

    v(x) = λ π(n−1) exp(λ patience (1 − e^(−x/patience)) − nμx) is the density of the offered wait; the
    integral is by Gauss and Legendre on panels short against its fastest change.
    """
    if one_free == 0.0:
        return 0.0
    import numpy as np

    rate, serving = load / handle, agents / handle
    until = seconds if serving <= rate else min(seconds, _NEGLIGIBLE / (serving - rate))
    fastest = abs(serving - rate) + math.sqrt(rate / patience) + 1.0 / patience
    panels = math.ceil(until * fastest / 2.0) + 1
    nodes, weights = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(0.0, until, panels + 1)
    half = until / panels / 2.0
    x = (edges[:-1, None] + half) + half * nodes
    exponent = -rate * patience * np.expm1(-x / patience) - serving * x - x / patience
    density = np.exp(exponent + math.log(rate) + math.log(one_free))
    return float((density * weights).sum() * half)


def _check(load: float, agents: int) -> None:
    if not 0 <= load < math.inf:
        raise ValueError(f"an offered load is zero or more erlangs, not {load}")
    if agents < 0:
        raise ValueError(f"agents are zero or more, not {agents}")


def _check_target(share: float, seconds: float, handle: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"a share to be answered lies between 0 and 1, not {share}")
    if seconds < 0 or handle <= 0:
        raise ValueError("a wait is zero seconds or more, and a handle time positive")
