"""The command on logs of every sort: near the truth, with honest bands, zero where the line is closed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from callback.cli.peak_hours import app
from callback.forecasting.history import Array
from tests.unit.forecasting.unseen_lines import AHEAD, LINES, Unseen

COLUMNS = ("mean", "q10", "q25", "q50", "q75", "q90")


def forecast(made: Unseen, folder: Path) -> Array:
    """Return what the command writes, as `[day, slot, column]`."""
    log, out = folder / "log.csv", folder / "out.csv"
    log.write_text(made.csv(), encoding="utf-8")
    command = ["forecast", "--from", str(log), "--as-of", f"{made.as_of}", "--interval", "30"]
    command += ["--days", f"{AHEAD}", "--csv", str(out)]
    command += ["--country", made.country] if made.country else []
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    rows = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    found = np.array([[float(row[name]) for name in COLUMNS] for row in rows])
    return found.reshape(AHEAD, 48, len(COLUMNS))


@pytest.mark.parametrize(
    ("name", "of_all", "of_each"),
    [
        ("outage", 0.04, 0.08),
        ("doubled week", 0.04, 0.08),
        ("spike", 0.04, 0.08),
        ("missing days", 0.04, 0.09),
        ("ten days", 0.08, 0.15),
        ("closed weekends", 0.04, 0.08),
        ("strong trend", 0.08, 0.1),
        ("new level", 0.12, 0.14),
        ("lower level", 0.12, 0.14),
        ("tiny", 0.1, 0.25),
        ("tiny and short", 0.25, 0.4),
        ("one interval", 0.05, 0.08),
        ("holidays", 0.04, 0.09),
    ],
)
def test_the_forecast_is_near_the_truth_and_its_band_holds_what_comes(
    name: str, of_all: float, of_each: float, tmp_path: Path
) -> None:
    """`of_all`, `of_each`: how far the sum and the intervals may lie from the true rates, as shares of them.

    A log of a hundred calls tells its rate to a tenth at best, by chance alone.
    """
    made = LINES[name]()
    found = forecast(made, tmp_path)
    mean, low, high = found[..., 0], found[..., 1], found[..., 5]
    expected = made.rates.sum()
    assert abs(mean.sum() - expected) < of_all * expected
    assert np.abs(mean - made.rates).sum() < of_each * expected
    assert (found >= 0).all()
    assert (np.diff(found[..., 1:], axis=2) >= 0).all()
    closed = made.rates == 0
    assert not found[closed].any()
    open_ = ~closed & (made.came >= 0)
    inside = ((low <= made.came) & (made.came <= high))[open_].mean()
    assert 0.72 <= inside <= 0.93
