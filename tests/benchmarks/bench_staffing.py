"""How fast agents are worked out: a year of half-hours of fifty lines, beside one load after the other."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest

from callback.forecasting.requirement import agents_for_loads
from callback.forecasting.staffing import StaffingTarget, agents_needed

HALF_HOURS = 365 * 48
LINES = 50
SAMPLE = 300


@pytest.mark.parametrize(
    "target",
    [StaffingTarget(0.8, 20, 180, 0.3, 0.85), StaffingTarget(0.8, 20, 180, 0.3, 0.85, 300)],
    ids=["nobody-hangs-up", "patience"],
)
def test_a_year_of_fifty_lines(target: StaffingTarget) -> None:
    rng = np.random.default_rng(2)
    shape = np.maximum(0.0, np.sin((np.arange(HALF_HOURS) % 48 - 14) / 26 * np.pi))
    loads = shape[:, None] * rng.uniform(1, 120, LINES) * rng.lognormal(0, 0.2, (HALF_HOURS, LINES))
    began = time.process_time()
    agents = agents_for_loads(loads, target)
    together = time.process_time() - began
    sample = rng.choice(loads.ravel(), SAMPLE)
    began = time.process_time()
    alone = [agents_needed(float(load), target) for load in sample]
    each = (time.process_time() - began) / SAMPLE
    assert agents_for_loads(sample, target).tolist() == alone
    sys.stdout.write(
        f"\n{loads.size:,} loads up to {loads.max():.0f} erlangs: {together:.2f} s of one core,"
        f" {each * loads.size / together:,.0f} times as fast as one by one ({agents.max()} agents at most)\n"
    )
    assert together < 1
