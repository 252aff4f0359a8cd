"""Erlang B, C and A against published and independently computed values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.forecasting.erlang import (
    agents_for_service,
    agents_with_patience,
    average_speed_of_answer,
    erlang_a,
    erlang_b,
    erlang_c,
    occupancy,
    service_level,
)

LOADS = st.floats(0.01, 300)
AGENTS = st.integers(0, 400)


@pytest.mark.parametrize(
    ("load", "agents", "blocked"),
    [
        (1, 1, 0.5),
        (2, 3, 0.21052632),
        (5, 10, 0.01838457),
        (10, 10, 0.21458234),
        (100, 100, 0.075700453),
        (100, 120, 0.0056900546),
        (5000, 5000, 0.011199358),
        (3, 0, 1.0),
        (0, 0, 1.0),
        (0, 4, 0.0),
    ],
)
def test_erlang_b_has_its_reference_values(load: float, agents: int, blocked: float) -> None:
    assert erlang_b(load, agents) == pytest.approx(blocked, rel=5e-8)


@pytest.mark.parametrize(
    ("load", "agents", "waiting"),
    [
        (10, 14, 0.1741319335950498),  # documentation of pyworkforce
        (0.5, 1, 0.5),
        (1, 2, 1 / 3),
    ],
)
def test_erlang_c_is_exact(load: float, agents: int, waiting: float) -> None:
    assert erlang_c(load, agents) == pytest.approx(waiting, abs=1e-12)


@pytest.mark.parametrize(
    ("load", "agents", "waiting"),
    [
        (5, 6, 0.58751645),
        (10, 11, 0.6821182),
        (100, 105, 0.51570743),
        (600, 614, 0.45787088),
        (5000, 5019, 0.70373669),
    ],
)
def test_erlang_c_has_its_reference_values(load: float, agents: int, waiting: float) -> None:
    assert erlang_c(load, agents) == pytest.approx(waiting, abs=1e-8)


def _waiting_by_definition(load: float, agents: int) -> float:
    terms = [math.exp(k * math.log(load) - math.lgamma(k + 1)) for k in range(agents)]
    last = math.exp(agents * math.log(load) - math.lgamma(agents + 1)) * agents / (agents - load)
    return last / (sum(terms) + last)


@given(load=st.floats(0.05, 60), spare=st.integers(1, 20))
def test_erlang_c_equals_its_definition_by_sums(load: float, spare: int) -> None:
    agents = math.floor(load) + spare
    assert erlang_c(load, agents) == pytest.approx(_waiting_by_definition(load, agents), abs=1e-9)


def test_the_published_example_of_a_hundred_calls() -> None:
    assert service_level(10, 14, 180, 20) == pytest.approx(0.8883500191794669, abs=1e-12)
    assert average_speed_of_answer(10, 14, 180) == pytest.approx(7.83593701, abs=1e-8)
    assert occupancy(10, 14) == pytest.approx(0.7142857, abs=1e-7)


FEWEST_C = {
    10: (2, 3, 4, 6),
    20: (3, 4, 6, 10),
    50: (6, 8, 12, 22),
    100: (10, 14, 21, 40),
    200: (17, 24, 39, 75),
    500: (38, 56, 91, 178),
    1000: (72, 107, 176, 348),
}
FEWEST_A = {
    10: (2, 3, 3, 5),
    20: (3, 4, 5, 9),
    50: (5, 7, 11, 19),
    100: (9, 12, 19, 35),
    200: (15, 22, 35, 67),
    500: (34, 50, 82, 162),
    1000: (65, 96, 159, 316),
}
HANDLES = (120, 180, 300, 600)


def _grid(table: dict[int, tuple[int, ...]]) -> list[tuple[int, int, int]]:
    return [(c, h, n) for c, row in table.items() for h, n in zip(HANDLES, row, strict=True)]


@pytest.mark.parametrize(("calls", "handle", "agents"), _grid(FEWEST_C))
def test_fewest_agents_for_80_in_20_where_nobody_hangs_up(
    calls: int, handle: int, agents: int
) -> None:
    assert agents_for_service(calls * handle / 1800, handle, 0.8, 20) == agents


@pytest.mark.parametrize(("calls", "handle", "agents"), _grid(FEWEST_A))
def test_fewest_agents_for_80_in_20_with_two_minutes_of_patience(
    calls: int, handle: int, agents: int
) -> None:
    assert agents_with_patience(calls * handle / 1800, handle, 0.8, 20, 120) == agents


def test_a_long_threshold_does_not_begin_the_search_one_too_high() -> None:
    assert agents_for_service(0.5, 180, 0.8, 900) == 1


@pytest.mark.parametrize(("load", "agents"), [(10, 10), (10, 5), (0.5, 0), (10_000, 9_999)])
def test_with_no_more_agents_than_load_everybody_waits_for_ever(load: float, agents: int) -> None:
    assert erlang_c(load, agents) == 1.0
    assert service_level(load, agents, 180, 20) == 0.0
    assert average_speed_of_answer(load, agents, 180) == math.inf
    assert occupancy(load, agents) == 1.0


def test_without_calls_nobody_waits_and_nobody_is_needed() -> None:
    assert erlang_c(0, 3) == 0.0
    assert service_level(0, 0, 180, 20) == 1.0
    assert average_speed_of_answer(0, 3, 180) == 0.0
    assert occupancy(0, 3) == 0.0
    assert agents_for_service(0, 180, 0.8, 20) == 0
    assert erlang_a(0, 3, 180, 60, 20).abandoned == 0.0


def test_ten_thousand_erlangs_are_no_trouble() -> None:
    agents = agents_for_service(10_000, 180, 0.8, 20)
    assert service_level(10_000, agents, 180, 20) >= 0.8
    assert service_level(10_000, agents - 1, 180, 20) < 0.8
    fare = erlang_a(10_000, 10_000, 180, 120, 20)
    assert fare.abandoned == pytest.approx(0.004392, abs=1e-6)
    assert fare.answered_in_time <= 1 - fare.abandoned + 1e-12


def test_erlang_a_has_the_values_of_garnett_and_mandelbaum() -> None:
    fare = erlang_a(48, 50, 60, 120, 20)
    assert fare.waiting == pytest.approx(0.467774, abs=1e-6)
    assert fare.abandoned == pytest.approx(0.0309122, abs=1e-7)
    assert fare.mean_wait == pytest.approx(3.70947, abs=1e-5)
    assert fare.occupancy == pytest.approx(0.930324, abs=1e-6)
    assert fare.answered_in_time == pytest.approx(0.943019, abs=1e-6)
    assert erlang_c(48, 50) == pytest.approx(0.694456, abs=1e-6)


def test_erlang_a_with_no_agents_loses_everybody_after_their_patience() -> None:
    fare = erlang_a(5, 0, 180, 90, 20)
    assert fare.abandoned == pytest.approx(1.0)
    assert fare.mean_wait == pytest.approx(90.0)
    assert fare.answered_in_time == 0.0


def test_erlang_a_nears_erlang_c_as_patience_grows() -> None:
    fare = erlang_a(10, 14, 180, 1e7, 20)
    assert fare.waiting == pytest.approx(erlang_c(10, 14), abs=1e-5)
    assert fare.answered_in_time == pytest.approx(service_level(10, 14, 180, 20), abs=1e-5)


def test_patience_equal_to_the_handle_time_makes_a_poisson_queue() -> None:
    # With θ = μ every caller leaves at the same rate, waiting or served: M/M/∞.
    below = sum(math.exp(-8 + k * math.log(8) - math.lgamma(k + 1)) for k in range(10))
    assert erlang_a(8, 10, 100, 100, 20).waiting == pytest.approx(1 - below, abs=1e-12)


@given(load=LOADS, agents=AGENTS)
def test_one_more_agent_never_makes_callers_wait_more(load: float, agents: int) -> None:
    assert erlang_b(load, agents + 1) <= erlang_b(load, agents)
    assert erlang_c(load, agents + 1) <= erlang_c(load, agents)
    assert erlang_b(load, agents) <= erlang_c(load, agents) <= 1


@given(load=st.floats(0.05, 80), agents=st.integers(0, 100), patience=st.floats(10, 2000))
def test_one_more_agent_never_loses_callers(load: float, agents: int, patience: float) -> None:
    fewer = erlang_a(load, agents, 200, patience, 20)
    more = erlang_a(load, agents + 1, 200, patience, 20)
    assert more.abandoned <= fewer.abandoned + 1e-12
    assert more.answered_in_time >= fewer.answered_in_time - 1e-9
    assert 0 <= fewer.answered_in_time <= 1 - fewer.abandoned + 1e-9


@given(
    load=st.floats(0.05, 200),
    share=st.floats(0.05, 0.99),
    seconds=st.floats(0, 900),
    handle=st.floats(20, 900),
)
def test_the_number_found_is_the_fewest_that_serves(
    load: float, share: float, seconds: float, handle: float
) -> None:
    agents = agents_for_service(load, handle, share, seconds)
    assert service_level(load, agents, handle, seconds) >= share - 1e-9
    assert service_level(load, agents - 1, handle, seconds) < share + 1e-9


@pytest.mark.parametrize(
    ("load", "handle", "share", "seconds"),
    [
        (-1, 180, 0.8, 20),
        (math.inf, 180, 0.8, 20),
        (1, 0, 0.8, 20),
        (1, 180, 1, 20),
        (1, 180, 0.8, -1),
    ],
)
def test_nonsense_is_refused(load: float, handle: float, share: float, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"not|lies between|zero seconds"):
        agents_for_service(load, handle, share, seconds)


def test_patience_must_be_positive() -> None:
    with pytest.raises(ValueError, match="patience"):
        erlang_a(1, 1, 180, 0, 20)
