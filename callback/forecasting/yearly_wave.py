"""The wave of the year, where a log is long enough to have seen it come back.

By classical decomposition: each day's logarithm less the mean of the year around it and less its weekday;
then the mean over the years, smoothed over neighbouring days. How much of it is believed is what the years
say of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from callback.forecasting.day_calendar import ORDINARY, DayCalendar
from callback.forecasting.history import Array, History

_YEAR = 365
_HALF = 182
_UNSEEN_DAYS = (
    140  # the back-test's days, and what they look ahead to: nothing is learnt from those
)
_MOST_YEARS = 6
_FEWEST_YEARS = 2
_FEWEST_CALLS = 20.0
_SMOOTHING_DAYS = 7.0
_CLIP = 0.7


def yearly_wave(history: History, special: DayCalendar) -> Array:
    """Return for each day of the year (0 is 1 January) the logarithm of its factor; zeros if none is seen.

    At least two whole years must lie in the middle of the log, half a year away from either end of it.
    """
    nothing = np.zeros(_YEAR + 1)
    known = History(
        history.days[:-_UNSEEN_DAYS], history.interval_minutes, history.counts[:-_UNSEEN_DAYS]
    )
    if len(known.days) < _FEWEST_YEARS * _YEAR + 2 * _HALF:
        return nothing
    if len(known.days) > _MOST_YEARS * _YEAR:
        known = known.since(known.days[-_MOST_YEARS * _YEAR])
    deviations, middle = _deviations(known, special)
    years = [_profile(deviations[at], middle, at) for at in _years(len(middle))]
    usable = [year for year in years if year is not None]
    if len(usable) < _FEWEST_YEARS:
        return nothing
    wave: Array = _believed(usable) * np.mean(usable, axis=0)
    return np.append(wave, wave[-1])


def factors(wave: Array, days: Sequence[date]) -> Array:
    """Return by which factor each day is busier than the mean of its year."""
    found: Array = np.exp(wave[[day.timetuple().tm_yday - 1 for day in days]])
    return found


def without_wave(history: History, wave: Array) -> History:
    """Return the history as it would have been on days like the mean of their year."""
    level = history.counts / factors(wave, history.days)[:, None]
    return History(history.days, history.interval_minutes, level)


def _deviations(history: History, special: DayCalendar) -> tuple[Array, list[date]]:
    totals = np.nansum(history.counts, axis=1)
    ordinary = np.array([special.kind_of(day)[0] == ORDINARY for day in history.days])
    seen = (totals > 0) & ordinary & ~np.isnan(history.counts).all(axis=1)
    seen &= np.array([day not in special.closed for day in history.days])
    logs = np.where(seen, np.log(totals + 0.5), 0.0)
    if not seen.any() or totals[seen].mean() < _FEWEST_CALLS:
        return np.zeros(0), []
    weekdays = history.weekdays
    for weekday in range(7):
        alike = seen & (weekdays == weekday)
        if alike.any():
            logs[alike] -= logs[alike].mean()
    sums, counts = (np.concatenate(([0.0], np.cumsum(each))) for each in (logs, seen.astype(float)))
    inner = np.arange(_HALF, len(logs) - _HALF)
    around = (sums[inner + _HALF + 1] - sums[inner - _HALF]) / np.maximum(
        counts[inner + _HALF + 1] - counts[inner - _HALF], 1.0
    )
    found = np.where(seen[inner], np.clip(logs[inner] - around, -_CLIP, _CLIP), np.nan)
    return found, list(history.days[_HALF : len(logs) - _HALF])


def _years(size: int) -> list[slice]:
    """Return stretches of a year each, the last ending with the last day."""
    return [slice(end - _YEAR, end) for end in range(size, _YEAR - 1, -_YEAR)]


def _profile(deviations: Array, days: list[date], at: slice) -> Array | None:
    """Return the smoothed deviations of one year by the day of the year."""
    places = np.array([day.timetuple().tm_yday - 1 for day in days[at]]) % _YEAR
    values, seen = np.zeros(_YEAR), np.zeros(_YEAR)
    there = ~np.isnan(deviations)
    np.add.at(values, places[there], deviations[there])
    np.add.at(seen, places[there], 1.0)
    apart = np.minimum(np.arange(_YEAR), _YEAR - np.arange(_YEAR))
    bell = np.fft.rfft(np.exp(-0.5 * (apart / _SMOOTHING_DAYS) ** 2))
    weight = np.fft.irfft(np.fft.rfft(seen) * bell, _YEAR)
    if weight.min() < 1.0:
        return None
    smooth: Array = np.fft.irfft(np.fft.rfft(values) * bell, _YEAR) / weight
    return smooth


def _believed(years: list[Array]) -> float:
    """Return the slope (0–1) of each year on the mean of the others: what of the wave comes back."""
    shared = square = 0.0
    for place, year in enumerate(years):
        others = np.mean([each for at, each in enumerate(years) if at != place], axis=0)
        shared, square = shared + float(year @ others), square + float(others @ others)
    return min(1.0, max(0.0, shared / square)) if square > 0 else 0.0
