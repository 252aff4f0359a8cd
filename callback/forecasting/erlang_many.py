"""Erlang's formulas for many loads at once: the same quantities as `erlang`, as arrays.

Everything is per mean handle time, so that only ratios count: `patience` and `seconds` are given as multiples
of it. Loads and agents are arrays of one shape, loads positive, agents at least one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from callback.forecasting.history import Array

_ENDLESS = 1e280
_NEGLIGIBLE = 1e-17
_DEPTH = 45.0  # e**-45: what lies beyond changes no digit of a float
_PANELS = 16
_HALVINGS = 60
Exponent = Callable[[Array], Array]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


def inverse_blocking(load: Array, agents: Array) -> Array:
    """Return 1/B, one over the share who find all agents busy where nobody can wait.

    1/B(n) = Σ_j n(n−1)…(n−j+1)/a^j, in which no term is negative, so no digit is lost.
    """
    term, total = np.ones_like(load), np.ones_like(load)
    for step in range(int(agents.max(initial=0))):
        term = term * np.maximum(agents - step, 0.0) / load
        total = total + term
        endless = total > _ENDLESS
        term = np.where(endless, 0.0, term)
        if (term <= _NEGLIGIBLE * total).all():
            break
    return np.minimum(total, _ENDLESS)


def waiting_shares(load: Array, agents: Array) -> Array:
    """Return the shares of callers who must wait where nobody hangs up (Erlang C)."""
    busy = np.minimum(load / agents, 1.0)
    shares: Array = 1.0 / (inverse_blocking(load, agents) * (1.0 - busy) + busy)
    return shares


@dataclass(frozen=True)
class PatienceMany:
    """What callers who hang up make of queues (Erlang A); `mean_wait` in mean handle times."""

    waiting: Array
    abandoned: Array
    mean_wait: Array
    answered_in_time: Array


def erlang_a_many(load: Array, agents: Array, patience: float, seconds: float) -> PatienceMany:
    """Return how queues fare whose callers hang up after `patience` on average.

    By the density of the offered wait, v(x) ∝ a exp(g(x)) with g(x) = a p (1 − e^(−x/p)) − n x, beside the
    mass 1/B(n−1) at no wait (S. Zeltyn and A. Mandelbaum 2005); integrated where it is not negligible.
    """

    def exponent(x: Array) -> Array:
        grown: Array = -load[:, None] * patience * np.expm1(-x / patience) - agents[:, None] * x
        return grown

    top = patience * np.log(np.maximum(load / agents, 1.0))
    peak = exponent(top[:, None])[:, 0]
    begin, end = _reach(exponent, top, peak)
    whole, x = _integral(begin, end)
    density = load[:, None] * np.exp(exponent(x) - peak[:, None])
    at_once = inverse_blocking(load, agents - 1.0) * np.exp(-peak)
    waits = (density * whole).sum(axis=1)
    everything = at_once + waits
    gone = (density * -np.expm1(-x / patience) * whole).sum(axis=1)
    early, x = _integral(np.minimum(begin, seconds), np.minimum(end, seconds))
    density = load[:, None] * np.exp(exponent(x) - peak[:, None] - x / patience)
    served = at_once + (density * early).sum(axis=1)
    abandoned = gone / everything
    return PatienceMany(
        waiting=waits / everything,
        abandoned=abandoned,
        mean_wait=abandoned * patience,
        answered_in_time=np.minimum(served / everything, 1.0),
    )


def _reach(exponent: Exponent, top: Array, peak: Array) -> tuple[Array, Array]:
    """Return between which waits the density is not negligible: where the exponent is 45 below its peak."""
    floor = peak - _DEPTH
    low, high = np.zeros_like(top), top.copy()
    beyond = np.ones_like(top)
    while (short := exponent((top + beyond)[:, None])[:, 0] > floor).any():
        beyond = np.where(short, 2.0 * beyond, beyond)
    near, far = top.copy(), top + beyond
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        inside = exponent(middle[:, None])[:, 0] > floor
        low, high = np.where(inside, low, middle), np.where(inside, middle, high)
        middle = (near + far) / 2
        inside = exponent(middle[:, None])[:, 0] > floor
        near, far = np.where(inside, middle, near), np.where(inside, far, middle)
    begins_inside = exponent(np.zeros_like(top)[:, None])[:, 0] > floor
    return np.where(begins_inside, 0.0, low), far


def _integral(begin: Array, end: Array) -> tuple[Array, Array]:
    """Return weights and places, a row for each integral, by Gauss and Legendre on panels."""
    width = (end - begin)[:, None] / _PANELS
    edges = begin[:, None] + width * np.arange(_PANELS)
    places = edges[:, :, None] + width[:, :, None] * (_NODES + 1.0) / 2.0
    weights = np.broadcast_to(width[:, :, None] * _WEIGHTS / 2.0, places.shape)
    return weights.reshape(len(begin), -1), places.reshape(len(begin), -1)
