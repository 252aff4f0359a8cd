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
    GROWING_REGRESSION,
    MOVING_ENSEMBLE,
    MOVING_REGRESSION,
    NAIVE,
    REGRESSION,
    THIN,
    YOUNG,
    Candidates,
    default_of,
)
from callback.forecasting.day_calendar import ORDINARY
from callback.forecasting.history import Array
from callback.forecasting.spread import Spread
from callback.forecasting.spread_learning import PastForecasts, learn_spread

SCORED_DAYS = 56
LEARNING_DAYS = 112
SCORED_LEADS = 7
FEWEST_DAYS = 7
_MOST_ORIGINS = 40
_CLEARLY = 0.98
_RUNNING_AWAY = 0.05
_AWAY_LATELY = 0.1
_LATELY_DAYS = 14
_STAYING = (ENSEMBLE, REGRESSION, YOUNG, THIN, AVERAGE)
_NEW_LEVEL = (MOVING_ENSEMBLE, MOVING_REGRESSION)
_MOVING = (*_NEW_LEVEL, GROWING_REGRESSION)


@dataclass(frozen=True)
class Rolled:
    """What every candidate said at each origin, and what came: arrays of `[origin, lead − 1, slot]`.

    `origins` are rows of the grid, each the first day forecast. `actual` is NaN where nothing was counted,
    or nobody could call. `unusual`, `special` (holidays and the like) and `weekdays` tell of days forecast.
    """

    origins: NDArray[np.int64]
    means: Mapping[str, Array]
    actual: Array
    unusual: NDArray[np.bool_]
    special: NDArray[np.bool_]
    weekdays: NDArray[np.int64]

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
    within = np.minimum(span, len(grid.calls) - 1)
    special = grid.design.kinds[within] != ORDINARY
    means = _stacked(per_origin, actual.shape)
    weekdays = grid.design.weekdays[within]
    return Rolled(origins, means, actual, np.isin(span, unusual), special, weekdays)


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

    A moving level and growth are considered only where the ladder's choice ran away: they follow a line that
    grows, shrinks or has changed its level, and run after every good week of one that has not. Where it ran
    away in the last two weeks and the line does not grow, those two weeks decide: a level that has changed is
    not judged by the weeks before it did.
    """
    counted = _scored(rolled) & ~rolled.unusual[:, :, None]
    default = default_of(set(rolled.means))
    if not np.nansum(rolled.actual[counted]):
        return default
    ran_away = _is_off(rolled, default, counted, _RUNNING_AWAY)
    found = _best(rolled, default, _STAYING + (_MOVING if ran_away else ()), counted)
    lately = counted & _lately(rolled)[:, :, None]
    if found != GROWING_REGRESSION and _is_off(rolled, default, lately, _AWAY_LATELY):
        return _best(rolled, default, _STAYING + _NEW_LEVEL, lately)
    return found


def _best(rolled: Rolled, default: str, choices: tuple[str, ...], cells: NDArray[np.bool_]) -> str:
    """Return the best of the choices on some intervals one to seven days ahead, `default` if none is clearly.

    Clearly is by 2 % of its error, and by its squared error too; smaller differences are chance, and where
    hardly anybody calls the absolute error alone prefers whoever expects nobody.
    """
    actual = rolled.actual[cells]
    errors, squares = {}, {}
    for name in choices:
        if name in rolled.means:
            errors[name] = wape(actual, rolled.means[name][cells])
            squares[name] = float(((rolled.means[name][cells] - actual) ** 2).sum())
    best = min(errors, key=errors.__getitem__)
    better = errors[best] < _CLEARLY * errors[default] and squares[best] < squares[default]
    return best if better else default


def _lately(rolled: Rolled) -> NDArray[np.bool_]:
    """Tell which of the days forecast are ordinary ones of the last two weeks."""
    last = int(rolled.origins[-1]) + 1
    recent: NDArray[np.bool_] = (rolled.targets >= last - _LATELY_DAYS) & ~rolled.special
    return recent


def _is_off(rolled: Rolled, name: str, cells: NDArray[np.bool_], most: float) -> bool:
    """Tell whether a candidate's forecasts were off by more than `most` of all calls, to one side."""
    actual = rolled.actual[cells]
    return bool(actual.sum() > 0 and abs(bias(actual, rolled.means[name][cells])) > most)


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
        PastForecasts(
            mean=rolled.means[name][seen],
            actual=rolled.actual[seen],
            leads=leads[seen],
            age_days=origin - rolled.targets[seen],
            weekdays=rolled.weekdays[seen],
        )
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
            quantiles = spread.quantiles(
                mean[index], leads, rolled.weekdays[index], rolled.special[index]
            )
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
