"""Which weekdays are quiet, by what the log says: weekends are not on the same days everywhere."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.history import Array

_APART = math.log(1.6)
_CLEAR = 4.0


def quiet_weekdays(weekdays: NDArray[np.int64], totals: Array) -> NDArray[np.bool_]:
    """Return for each weekday (0 Monday) whether its days are clearly quieter than those of the others.

    Weekdays are ordered by their mean total and cut where the next one has most more, if that is 1.6 times as
    many and four standard errors of Poisson counts. Where there is no such gap Saturday and Sunday are taken
    for quiet; weekdays that were not seen are taken for what they are there.
    """
    weekend = np.arange(7) >= 5
    seen = np.unique(weekdays)
    sums = np.array([totals[weekdays == day].sum() for day in seen])
    means = sums / np.array([(weekdays == day).sum() for day in seen])
    order = np.argsort(means, kind="stable")
    logs = np.log(means[order] + 0.5)
    if len(seen) < 2 or (at := int(np.argmax(np.diff(logs)))) + 1 > len(seen) // 2:
        return weekend
    gap = float(logs[at + 1] - logs[at])
    error = math.sqrt(1 / (sums[order[at]] + 0.5) + 1 / (sums[order[at + 1]] + 0.5))
    if gap < max(_APART, _CLEAR * error):
        return weekend
    quiet = weekend.copy()
    quiet[seen] = False
    quiet[seen[order[: at + 1]]] = True
    return quiet
