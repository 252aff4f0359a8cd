"""The default model on real centres: better than naive, above the floor, and as good as it was measured."""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callback.forecasting.backtest import backtest
from callback.forecasting.history import History, history_of, without_gaps
from callback.forecasting.volume import DEFAULT_MODEL

SHARED = Path(os.environ.get("CALLBACK_SHARED_DIR", Path(__file__).parents[4] / "shared"))
HALF_HOUR = timedelta(minutes=30)


def _history(name: str, column: str, *, round_the_clock: bool) -> History:
    path = SHARED / "data" / name
    if not path.exists():
        pytest.skip(f"the call log {name} is not at hand")
    counts: Counter[datetime] = Counter()
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row[column]).replace(tzinfo=UTC)
            counts[at.replace(minute=at.minute // 30 * 30, second=0)] += round(
                float(row.get("calls", 1))
            )
    start = min(counts)
    while round_the_clock and start < max(counts):
        counts.setdefault(start, 0)
        start += HALF_HOUR
    starts = sorted(counts)
    return without_gaps(history_of(starts, [counts[s] for s in starts], ZoneInfo("UTC"), 30))


@pytest.mark.parametrize(
    ("name", "column", "round_the_clock", "wape", "naive", "floor"),
    [
        ("large_bank_5min.csv.gz", "start", False, 0.078, 0.098, 0.023),
        ("small_bank_6min.csv.gz", "start", True, 0.258, 0.318, 0.125),
        ("emergency_911_percall.csv.gz", "timeStamp", True, 0.389, 0.477, 0.279),
    ],
)
def test_the_default_model_beats_naive_on_real_centres(
    name: str, column: str, round_the_clock: bool, wape: float, naive: float, floor: float
) -> None:
    tested = backtest(DEFAULT_MODEL, _history(name, column, round_the_clock=round_the_clock))
    assert tested is not None
    accuracy = tested.accuracy
    assert accuracy.noise_floor < accuracy.wape <= wape
    assert accuracy.naive_wape == pytest.approx(naive, abs=0.003)
    assert accuracy.noise_floor == pytest.approx(floor, abs=0.002)
    assert abs(accuracy.bias) < 0.03
    assert 0.7 <= accuracy.coverage <= 0.9
