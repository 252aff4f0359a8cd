"""How good the forecast is on real logs, and what it costs.

Rolling origins: for every day of a log's last eight weeks the forecast is made anew from each of the 28 days
before it, from what was known then: grid, unusual days, choice of the model, fit and band. Beside it, in the
same run and on the same intervals, stand the mean of the last four same weekdays, that of all of them, and
last week's figures.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from callback.forecasting.forecast import forecast_volume
from callback.forecasting.history import Array, History
from tests.unit.forecasting.real_logs import BANK, EMERGENCY, TECHNION, RealLog

SCORED_DAYS = 56
LEADS = 28
FEWEST_DAYS = 28
GROUPS = {"1": (1, 1), "1-7": (1, 7), "7": (7, 7), "28": (28, 28)}
BANDS = {"50": (2, 4), "80": (1, 5), "95": (6, 7)}


@dataclass(frozen=True)
class Rolled:
    """One forecast and what came: `band[lead, slot, column]` has mean, q10 … q90, and the ends of 95 %."""

    origin: int
    band: Array
    actual: Array
    others: dict[str, Array]


def same_weekdays(known: History, closed: frozenset[date], weeks: int | None) -> Array:
    """Return for each lead the mean of the last open days of its weekday, or of all of them."""
    found = np.zeros((LEADS, known.slots))
    open_days = [
        row
        for row, day in enumerate(known.days)
        if day not in closed and np.nansum(known.counts[row]) > 0
    ]
    for lead in range(LEADS):
        weekday = (known.days[-1] + timedelta(days=lead + 1)).weekday()
        alike = [row for row in open_days if known.days[row].weekday() == weekday]
        if alike:
            found[lead] = np.nan_to_num(known.counts[alike[-(weeks or 0) :]]).mean(axis=0)
    return found


def roll(log: RealLog) -> tuple[int, list[Rolled]]:
    """Forecast from every origin whose next 28 days touch the scored eight weeks."""
    history, special = log.history(), log.special
    size = len(history.days)
    rolled = []
    for origin in range(max(FEWEST_DAYS, size - SCORED_DAYS - LEADS + 1), size):
        first = history.days[origin]
        made = forecast_volume(history, first, LEADS, ZoneInfo("UTC"), None, special)
        band = np.column_stack([np.array([row[1:] for row in made.rows]), made.low95, made.high95])
        actual = history.on([first + timedelta(days=n) for n in range(LEADS)])
        actual[[first + timedelta(days=n) in special.closed for n in range(LEADS)]] = np.nan
        known = history.before(first)
        others = {
            name: same_weekdays(known, special.closed, weeks)
            for name, weeks in (("mean of 4", 4), ("mean of all", None), ("last week", 1))
        }
        band = band.reshape(LEADS, history.slots, 8)
        rolled.append(Rolled(origin, band, actual, others))
    return size, rolled


Errors = tuple[Array, Array]


def scored(
    size: int, rolled: list[Rolled], leads: tuple[int, int], pick: Callable[[Rolled], Array]
) -> Errors:
    """Return what was picked of every forecast of a scored interval, and what came."""
    picked, actual = [], []
    for one in rolled:
        for lead in range(leads[0] - 1, leads[1]):
            if size - SCORED_DAYS <= one.origin + lead < size:
                seen = ~np.isnan(one.actual[lead])
                seen &= (one.band[lead, :, 0] > 0) | (one.actual[lead] > 0)
                picked.append(pick(one)[lead][seen])
                actual.append(one.actual[lead][seen])
    return np.concatenate(picked), np.concatenate(actual)


def wape(errors: Errors) -> float:
    return float(np.abs(errors[0] - errors[1]).sum() / errors[1].sum())


def inside(errors: Errors, columns: tuple[int, int]) -> float:
    band, actual = errors
    return float(((band[:, columns[0]] <= actual) & (actual <= band[:, columns[1]])).mean())


@pytest.mark.parametrize(
    ("name", "log", "reach"),
    [
        ("large bank 2003", BANK, 0.86),
        ("small bank 1999", TECHNION, 0.86),
        ("emergency calls 2016", EMERGENCY, 0.92),
    ],
    ids=["large-bank", "small-bank", "emergency"],
)
def test_accuracy_on_a_real_log(name: str, log: RealLog, reach: float) -> None:
    size, rolled = roll(log)
    lines, ratios = [], {}
    for group, leads in GROUPS.items():
        ours = scored(size, rolled, leads, lambda one: one.band)
        mean, actual = ours[0][:, 0], ours[1]
        others = {
            other: wape(scored(size, rolled, leads, lambda one, other=other: one.others[other]))
            for other in rolled[0].others
        }
        ratios[group] = wape((mean, actual)) / others["mean of 4"]
        lines.append(
            f"{group:>4} days ahead: WAPE {wape((mean, actual)):6.2%}  ratio {ratios[group]:.3f}"
            f"  bias {(mean - actual).sum() / actual.sum():+.1%}"
            + "".join(f"  {band} %: {inside(ours, at):.1%}" for band, at in BANDS.items())
            + "".join(f"  {other} {error:.2%}" for other, error in others.items())
        )
    sys.stdout.write(f"\n{name}, {len(rolled)} origins\n" + "\n".join(lines) + "\n")
    assert ratios["1-7"] <= reach
    assert max(ratios.values()) <= 1.0


def test_cost_of_a_forecast_by_command(tmp_path: Path) -> None:
    """A file of 16,000 half-hours to one of 28 days: imports, reading, back-test, fit and writing."""
    rng = np.random.default_rng(1)
    days = 334
    rates = 30 * (1 + np.sin(np.arange(48) / 48 * 2 * np.pi)) * np.ones((days, 1))
    counts = rng.poisson(rates * np.exp(rng.normal(0, 0.1, (days, 1))))
    rows = (
        f"{date(2025, 1, 1) + timedelta(days=day)} {slot // 2:02}:{slot % 2 * 30:02},{counts[day, slot]}"
        for day in range(days)
        for slot in range(48)
    )
    log, out = tmp_path / "log.csv", tmp_path / "out.csv"
    log.write_text("start,calls\n" + "\n".join(rows) + "\n", encoding="utf-8")
    program = "from callback.cli import main; main()"
    command = [sys.executable, "-c", program, "forecast", "--from", str(log)]
    command += ["--as-of", "2025-12-01", "--interval", "30", "--days", "28", "--country", "US"]
    one_core = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [*command, "--csv", str(out)], stdout=subprocess.DEVNULL, env=one_core
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 28 * 48 + 1
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    sys.stdout.write(
        f"\n16,032 half-hours: {seconds:.2f} s of one core, {megabytes:.0f} MB at most\n"
    )
    assert seconds < 2
    assert megabytes < 250
