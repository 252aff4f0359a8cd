"""Measures of accuracy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.forecasting.accuracy import bias, coverage, noise_floor, poisson_error, wape


def test_wape_and_bias_are_shares_of_the_calls() -> None:
    actual, forecast = np.array([10.0, 0.0, 30.0]), np.array([14.0, 2.0, 24.0])
    assert wape(actual, forecast) == pytest.approx(0.3)
    assert bias(actual, forecast) == pytest.approx(0.0)
    assert bias(actual, actual * 1.1) == pytest.approx(0.1)


def test_coverage_counts_the_edges_as_inside() -> None:
    assert coverage(np.array([1.0, 2.0, 3.0, 9.0]), np.full(4, 1.0), np.full(4, 3.0)) == 0.75


@given(st.floats(0.01, 40))
def test_the_poisson_error_equals_its_definition(rate: float) -> None:
    counts = np.arange(200)
    logs = counts * np.log(rate) - rate - np.cumsum(np.log(np.maximum(counts, 1)))
    expected = float((np.exp(logs) * np.abs(counts - rate)).sum())
    assert float(poisson_error(np.array(rate))) == pytest.approx(expected, rel=1e-9)


def test_the_noise_floor_falls_with_the_root_of_the_volume() -> None:
    assert noise_floor(np.full(5, 100.0)) == pytest.approx(np.sqrt(2 / np.pi / 100), rel=0.01)
    assert noise_floor(np.full(5, 1e6)) < noise_floor(np.full(5, 100.0)) / 90
