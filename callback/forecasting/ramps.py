"""The load that agents meet while demand rises and falls: calls that came before are still being handled.

Staffing each interval as if its load had always been so (SIPP) puts the peak too early where calls are
long, and leaves the first half of a rising interval idle and the second one short. L. V. Green, P. J. Kolesar
and J. Soares, *Improving the SIPP approach for staffing service systems that have cyclic demands* (2001).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

STEP = timedelta(minutes=15)
LONG_HANDLE_SECONDS = 300.0
"""From here on the lag of the load against the calls matters."""


def lagged_loads(
    starts: Sequence[datetime], calls: Sequence[float], interval: timedelta, handle_seconds: float
) -> list[float]:
    """Return for each interval the erlangs in hand if everybody were answered at once.

    Where calls come at a rate λ and last h on average, that load m moves towards λh by dm/dt = λ − m/h; so
    it follows the calls about one handle time later. It is worked out in steps of a quarter of an hour; where
    these rise through an interval the largest counts, else their mean. O. B. Jennings, A. Mandelbaum, W. A.
    Massey and W. Whitt, *Server staffing to meet time-varying demand* (1996).

    `starts` are in order; before the first, as many called as in it, and nobody in a gap. Where nobody calls in
    an interval nobody is needed: calls that are still being handled are finished by those who are there.
    """
    steps = max(1, round(interval / STEP))
    handle, width = timedelta(seconds=handle_seconds), interval / steps
    stays = math.exp(-width / handle)
    loads: list[float] = []
    in_hand, ended = 0.0, None
    for start, expected in zip(starts, calls, strict=True):
        steady = expected * (handle / interval)
        in_hand = steady if ended is None else in_hand * math.exp(-(start - ended) / handle)
        means = []
        for _ in range(steps):
            means.append(steady + (in_hand - steady) * (1 - stays) * (handle / width))
            in_hand = steady + (in_hand - steady) * stays
        load = max(means) if means[-1] > means[0] else sum(means) / steps
        loads.append(load if expected > 0 else 0.0)
        ended = start + interval
    return loads
