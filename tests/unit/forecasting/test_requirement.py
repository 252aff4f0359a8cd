"""Many loads at once need what each of them needs."""

from __future__ import annotations

import numpy as np
import pytest

from callback.forecasting.erlang import erlang_a, erlang_b, erlang_c
from callback.forecasting.erlang_many import erlang_a_many, inverse_blocking, waiting_shares
from callback.forecasting.requirement import agents_for_loads
from callback.forecasting.staffing import StaffingTarget, agents_needed

TARGETS = {
    "service": StaffingTarget(0.8, 20, 180),
    "every call at once": StaffingTarget(0.95, 0, 300, highest_occupancy=0.9),
    "cap": StaffingTarget(0.8, 20, 180, highest_occupancy=0.85),
    "mean wait": StaffingTarget(0, 20, 180, longest_mean_wait_seconds=10),
    "patience": StaffingTarget(0.8, 20, 180, patience_seconds=120),
    "long patience": StaffingTarget(0.9, 5, 60, patience_seconds=900, highest_occupancy=0.95),
    "abandonment": StaffingTarget(0, 20, 180, patience_seconds=300, most_abandoned=0.05),
    "all": StaffingTarget(
        0.8, 20, 240, 0.3, 0.9, 300, longest_mean_wait_seconds=15, most_abandoned=0.02
    ),
}


@pytest.mark.parametrize(
    ("load", "agents"), [(1, 1), (0.2, 3), (100, 105), (5000, 5019), (10_000, 10_030), (300, 900)]
)
def test_shares_are_those_of_the_recursion(load: float, agents: int) -> None:
    a, n = np.array([float(load)]), np.array([float(agents)])
    assert 1 / inverse_blocking(a, n)[0] == pytest.approx(
        erlang_b(load, agents), rel=1e-9, abs=1e-250
    )
    assert waiting_shares(a, n)[0] == pytest.approx(erlang_c(load, agents), rel=1e-9, abs=1e-250)


@pytest.mark.parametrize(
    ("load", "agents", "patience"),
    [
        (48, 50, 2.0),
        (10, 10, 0.66),
        (60, 40, 1.67),
        (5, 1, 0.5),
        (0.1, 3, 5.0),
        (2000, 1990, 0.5),
        (500, 300, 20.0),
    ],
)
def test_callers_who_hang_up_fare_as_in_the_chain(
    load: float, agents: int, patience: float
) -> None:
    many = erlang_a_many(np.array([float(load)]), np.array([float(agents)]), patience, 1 / 9)
    one = erlang_a(load, agents, 180, 180 * patience, 20)
    assert many.waiting[0] == pytest.approx(one.waiting, abs=1e-8)
    assert many.abandoned[0] == pytest.approx(one.abandoned, abs=1e-8)
    assert many.mean_wait[0] * 180 == pytest.approx(one.mean_wait, rel=1e-6)
    assert many.answered_in_time[0] == pytest.approx(one.answered_in_time, abs=1e-8)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_every_load_gets_the_agents_that_it_gets_alone(target: StaffingTarget) -> None:
    rng = np.random.default_rng(4)
    loads = np.concatenate([[0.0, 1e-6, 1.0, 10.0], rng.uniform(0, 60, 60), rng.uniform(0, 3, 30)])
    expected = [agents_needed(float(load), target) for load in loads]
    assert agents_for_loads(loads, target).tolist() == expected


def test_grids_keep_their_shape_and_large_loads_are_not_lost() -> None:
    target = StaffingTarget(0.8, 20, 180)
    loads = np.array([[0.0, 600.0], [9_000.0, 10.0]])
    assert agents_for_loads(loads, target).tolist() == [
        [0, agents_needed(600, target)],
        [agents_needed(9_000, target), 14],
    ]
    assert agents_for_loads(np.zeros((2, 0)), target).shape == (2, 0)
