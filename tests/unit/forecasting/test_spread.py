"""Bands around a mean."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.forecasting.spread import LEVELS, Spread, count_quantiles, learn_spread, scale_of


def test_the_scale_is_chance_and_a_doubt_of_six_in_a_hundred() -> None:
    assert scale_of(np.array([100.0]))[0] == pytest.approx(math.sqrt(100 + 36))


@pytest.mark.parametrize("mean", [0.3, 2.0, 15.0, 120.0, 999.0, 1001.0, 20_000.0])
def test_count_quantiles_are_those_of_a_poisson_with_an_uncertain_rate(mean: float) -> None:
    rng = np.random.default_rng(3)
    drawn = rng.poisson(rng.gamma(100.0, mean / 100.0, size=200_000))
    expected = np.quantile(drawn, LEVELS)
    allowed = np.maximum(1.0, 0.02 * scale_of(np.array([mean])) * 10)
    assert np.abs(count_quantiles(np.array([mean]))[0] - expected).max() <= allowed.max()


@given(
    st.lists(st.floats(0, 5000), min_size=1, max_size=20),
    st.one_of(st.none(), st.lists(st.floats(-5, 5), min_size=5, max_size=5).map(sorted).map(tuple)),
)
def test_quantiles_never_cross_never_fall_below_zero_and_zero_stays_zero(
    means: list[float], scores: tuple[float, ...] | None
) -> None:
    quantiles = Spread(scores).quantiles(np.array([*means, 0.0]))
    assert (np.diff(quantiles, axis=-1) >= -1e-9).all()
    assert (quantiles >= 0).all()
    assert (quantiles[-1] == 0).all()


def test_too_few_errors_teach_nothing() -> None:
    assert learn_spread(np.full(299, 10.0), np.full(299, 10.0)).scores is None
    assert learn_spread(np.full(300, 10.0), np.full(300, 10.0)).scores == (0.0,) * 5


def test_what_was_not_counted_teaches_nothing() -> None:
    actual = np.full(400, 10.0)
    actual[:150] = np.nan
    assert learn_spread(np.full(400, 10.0), actual).scores is None


def test_a_learnt_band_covers_what_it_says() -> None:
    rng = np.random.default_rng(5)
    rates = rng.uniform(5, 400, size=8000)
    seen = rng.poisson(rng.gamma(50, rates / 50))
    spread = learn_spread(rates[:4000], seen[:4000])
    band = spread.quantiles(rates[4000:])
    inside = (band[:, 0] <= seen[4000:]) & (seen[4000:] <= band[:, -1])
    assert 0.77 <= inside.mean() <= 0.84
