"""The rolling-origin test: forecast past days from what was known before them, compare, and choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.accuracy import Accuracy, bias, coverage, noise_floor, wape
from callback.forecasting.candidates import (
    AVERAGE,
    ENSEMBLE,
    MOVING_ENSEMBLE,
    MOVING_REGRESSION,
    NAIVE,
    REGRESSION,
    THIN,
    Candidates,
    default_of,
)
from callback.forecasting.day_calendar import ORDINARY
from callback.forecasting.history import Array
from callback.forecasting.spread import Spread, learn_spread

SCORED_DAYS = 56
LEARNING_DAYS = 112
SCORED_LEADS = 7
FEWEST_DAYS = 7
_MOST_ORIGINS = 40
_CLEARLY = 0.98
_RUNNING_AWAY = 0.05
_STAYING = (ENSEMBLE, REGRESSION, THIN, AVERAGE)
_MOVING = (MOVING_ENSEMBLE, MOVING_REGRESSION)


@dataclass(frozen=True)
class Rolled:
    """What every candidate said at each origin, and what came: arrays of `[origin, lead − 1, slot]`.

    `origins` are rows of the grid, each the first day forecast. `actual` is NaN where nothing was counted,
    or nobody could call. `unusual` and `special` (holidays and the like) tell of days forecast.
    """

    origins: NDArray[np.int64]
    means: Mapping[str, Array]
    actual: Array
    unusual: NDArray[np.bool_]
    special: NDArray[np.bool_]

    @property
    def targets(self) -> NDArray[np.int64]:
        """The row of the grid that was forecast, for each origin and lead."""
        return self.origins[:, None] + np.arange(self.actual.shape[1])


def roll(candidates: Candidates, leads: int, unusual: NDArray[np.int64]) -> Rolled | None:
    """Forecast the last weeks of the grid from rolling origins, or return None where it is too short.

    Up to forty origins over the last sixteen weeks, `leads` days from each. Which days are unusual is known
    in hindsight; the models do not learn from those, but are judged by every day.
    """
    grid = candidates.whole
    if len(grid.counted) < 2 * FEWEST_DAYS:
        return None
    first = max(int(grid.counted[FEWEST_DAYS]), grid.past - LEARNING_DAYS)
    step = max(1, -(-(grid.past - first) // _MOST_ORIGINS))
    origins = np.arange(grid.past - 1, first - 1, -step)[::-1]
    per_origin = []
    actual = np.full((len(origins), leads, grid.calls.shape[1]), np.nan)
    counted = np.zeros(len(grid.calls), dtype=bool)
    counted[grid.counted] = True
    for index, origin in enumerate(origins):
        targets = np.arange(origin, min(origin + leads, grid.past))
        full = np.arange(origin, min(origin + leads, len(grid.calls)))
        per_origin.append(candidates.all_at(int(origin), full))
        seen = np.where(counted[targets, None] & ~grid.closed[targets], grid.calls[targets], np.nan)
        actual[index, : len(targets)] = seen
    span = origins[:, None] + np.arange(leads)
    special = grid.design.kinds[np.minimum(span, len(grid.calls) - 1)] != ORDINARY
    means = _stacked(per_origin, actual.shape)
    return Rolled(origins, means, actual, np.isin(span, unusual), special)


def _stacked(per_origin: list[Mapping[str, Array]], shape: tuple[int, ...]) -> dict[str, Array]:
    """Return one array for each candidate; at an origin too early for it the ladder's rung stands in."""
    names = per_origin[-1].keys()
    stacked = {name: np.zeros(shape) for name in names}
    for index, found in enumerate(per_origin):
        lower = default_of(set(found))
        for name in names:
            mean = found.get(name, found[lower])
            stacked[name][index, : len(mean)] = mean
    return stacked


def choose(rolled: Rolled) -> str:
    """Return the candidate to forecast with: the ladder's, unless another was clearly better lately.

    Clearly is by 2 % of its error over the last eight weeks, one to seven days ahead; smaller differences
    are chance. A moving level is considered only where the ladder's choice was off by 5 % of all calls: it
    follows a line that grows or shrinks, and runs after every good week of one that does not.
    """
    counted = _scored(rolled) & ~rolled.unusual[:, :, None]
    actual = rolled.actual[counted]
    default = default_of(set(rolled.means))
    if not actual.size or not actual.sum():
        return default
    off = abs(bias(actual, rolled.means[default][counted]))
    choices = _STAYING + (_MOVING if off > _RUNNING_AWAY else ())
    errors = {
        name: wape(actual, rolled.means[name][counted]) for name in choices if name in rolled.means
    }
    best = min(errors, key=errors.__getitem__)
    return best if errors[best] < _CLEARLY * errors[default] else default


def judge(rolled: Rolled, name: str, leads: int = SCORED_LEADS) -> Accuracy | None:
    """Return how a candidate did on the last eight weeks, each day's band learnt from days before it."""
    scored = _scored(rolled, leads)
    if not np.nansum(rolled.actual[scored]):
        return None
    actual, mean = rolled.actual[scored], rolled.means[name][scored]
    low, high = _bands(rolled, name)
    in_doubt = scored & (rolled.means[name] > 0)
    rates = _cell_means(rolled, scored)
    return Accuracy(
        model=name,
        target_days=len(np.unique(rolled.targets[scored.any(axis=2)])),
        intervals=len(actual),
        calls=float(actual.sum()),
        wape=wape(actual, mean),
        bias=bias(actual, mean),
        coverage=coverage(rolled.actual[in_doubt], low[in_doubt], high[in_doubt]),
        naive_wape=wape(actual, rolled.means[NAIVE][scored]),
        naive_bias=bias(actual, rolled.means[NAIVE][scored]),
        average_wape=wape(actual, rolled.means[AVERAGE][scored]),
        noise_floor=noise_floor(rates),
    )


def spread_known_at(rolled: Rolled, name: str, origin: int) -> Spread:
    """Return the spread of a candidate's errors on ordinary days before the row `origin`."""
    seen = (rolled.targets < origin) & ~rolled.unusual & ~rolled.special
    leads = np.broadcast_to(np.arange(1, rolled.actual.shape[1] + 1), seen.shape)
    return learn_spread(
        rolled.means[name][seen], rolled.actual[seen], leads[seen], origin - rolled.targets[seen]
    )


def _scored(rolled: Rolled, leads: int = SCORED_LEADS) -> NDArray[np.bool_]:
    last = int(rolled.origins[-1]) + 1
    scored = ~np.isnan(rolled.actual)
    scored &= (rolled.targets >= last - SCORED_DAYS)[:, :, None]
    scored[:, leads:] = False
    return scored


def _bands(rolled: Rolled, name: str) -> tuple[Array, Array]:
    mean = rolled.means[name]
    low, high = np.zeros_like(mean), np.zeros_like(mean)
    last = int(rolled.origins[-1]) + 1
    leads = np.arange(1, mean.shape[1] + 1)
    for index, origin in enumerate(rolled.origins):
        if origin >= last - SCORED_DAYS - SCORED_LEADS:
            spread = spread_known_at(rolled, name, int(origin))
            quantiles = spread.quantiles(mean[index], leads, rolled.special[index])
            low[index], high[index] = quantiles[..., 1], quantiles[..., -2]
    return low, high


def _cell_means(rolled: Rolled, scored: NDArray[np.bool_]) -> Array:
    """Return for every scored interval the mean count of its weekday's, taken for its true rate."""
    weekdays = np.broadcast_to((rolled.targets % 7)[:, :, None], scored.shape)
    rates = np.zeros(scored.shape)
    for weekday in range(7):
        cells = scored & (weekdays == weekday)
        seen = cells.sum(axis=(0, 1))
        sums = np.where(cells, rolled.actual, 0.0).sum(axis=(0, 1))
        means = np.divide(sums, seen, out=np.zeros(len(seen)), where=seen > 0)
        rates[cells] = np.broadcast_to(means, scored.shape)[cells]
    return rates[scored]
