"""Bands around a mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.forecasting.count_spread import LEVELS, count_quantiles
from callback.forecasting.spread import SPECIAL_WIDENING, LeadSpread, Spread
from callback.forecasting.spread_learning import PastForecasts, learn_spread

ORDINARY = np.zeros(1, dtype=bool)
ONE = np.array([1])
MONDAY = np.array([0])


def _even(roughness: float, scores: tuple[float, ...], slots: int = 1) -> LeadSpread:
    return LeadSpread(roughness, np.ones(slots), np.ones(7), np.array(scores))


@pytest.mark.parametrize("mean", [0.3, 2.0, 15.0, 120.0, 999.0, 1001.0, 20_000.0])
def test_count_quantiles_are_those_of_a_poisson_with_an_uncertain_rate(mean: float) -> None:
    rng = np.random.default_rng(3)
    size = 0.15**-2
    drawn = rng.poisson(rng.gamma(size, mean / size, size=200_000))
    expected = np.quantile(drawn, LEVELS)
    allowed = max(1.0, 0.1 * float(np.sqrt(mean + (0.15 * mean) ** 2)))
    assert np.abs(count_quantiles(np.array([mean]))[0] - expected)[1:-1].max() <= allowed


@given(
    st.lists(st.floats(0, 5000), min_size=1, max_size=20),
    st.one_of(st.none(), st.lists(st.floats(-5, 5), min_size=7, max_size=7).map(sorted).map(tuple)),
)
def test_quantiles_never_cross_never_fall_below_zero_and_zero_stays_zero(
    means: list[float], scores: tuple[float, ...] | None
) -> None:
    spread = Spread() if scores is None else Spread((_even(0.06, scores, len(means) + 1),))
    quantiles = spread.quantiles(np.array([[*means, 0.0]]), ONE, MONDAY, ORDINARY)
    assert (np.diff(quantiles, axis=-1) >= -1e-9).all()
    assert (quantiles >= 0).all()
    assert (quantiles[0, -1] == 0).all()


def _past(rates: np.ndarray, seen: np.ndarray, leads: np.ndarray | None = None) -> PastForecasts:
    days = np.arange(len(rates))
    return PastForecasts(
        mean=rates,
        actual=seen,
        leads=np.ones_like(days) if leads is None else leads,
        age_days=len(rates) - days,
        weekdays=days % 7,
    )


def _learnt(rates: np.ndarray, seen: np.ndarray) -> Spread:
    return learn_spread(_past(rates, seen))


def _bands(spread: Spread, rates: np.ndarray) -> np.ndarray:
    days = np.arange(len(rates))
    return spread.quantiles(rates, np.ones_like(days), days % 7, np.zeros(len(rates), dtype=bool))


def test_a_learnt_band_covers_what_it_says_in_quiet_and_in_busy_intervals() -> None:
    rng = np.random.default_rng(5)
    rates = rng.uniform(5, 400, size=(160, 48))
    seen = rng.poisson(rng.gamma(50, rates / 50)).astype(float)
    spread = _learnt(rates[:80], seen[:80])
    band = _bands(spread, rates[80:])
    inside = (band[..., 1] <= seen[80:]) & (seen[80:] <= band[..., -2])
    assert 0.77 <= inside.mean() <= 0.83
    for busy in (rates[80:] < 60, rates[80:] > 200):
        assert 0.75 <= inside[busy].mean() <= 0.86


def test_too_few_errors_and_too_few_days_teach_nothing() -> None:
    assert not _learnt(np.full((3, 200), 10.0), np.full((3, 200), 10.0)).by_lead
    assert not _learnt(np.full((20, 10), 10.0), np.full((20, 10), 10.0)).by_lead
    assert _learnt(np.full((40, 1), 10.0), np.full((40, 1), 11.0)).by_lead
    uncounted = np.full((20, 48), 10.0)
    uncounted[:15] = np.nan
    assert not _learnt(np.full((20, 48), 10.0), uncounted).by_lead


def test_recent_errors_weigh_more() -> None:
    rng = np.random.default_rng(8)
    rates = np.full((100, 48), 100.0)
    calm = rng.normal(100, 5, size=(100, 48))
    rough = calm.copy()
    rough[60:] = rng.normal(100, 30, size=(40, 48))
    early = calm.copy()
    early[:40] = rough[60:]
    width = [
        float(
            np.ptp(_learnt(rates, seen).quantiles(rates[:1], ONE, MONDAY, ORDINARY)[0, 0, [1, -2]])
        )
        for seen in (rough, early)
    ]
    assert width[0] > 2 * width[1]


def test_far_leads_are_never_surer_than_near_ones_and_untested_ones_less_sure() -> None:
    rng = np.random.default_rng(9)
    rates = np.full((120, 48), 100.0)
    errors = rng.normal(0, np.where(np.arange(120) % 2 == 0, 30, 5)[:, None], size=rates.shape)
    leads = np.where(np.arange(120) % 2 == 0, 1, 2)
    spread = learn_spread(_past(rates, rates + errors, leads))
    nearest, farther, untested = spread.by_lead
    assert farther.roughness >= nearest.roughness
    assert untested.scores[-1] > farther.scores[-1]


def test_special_days_have_a_wider_band() -> None:
    spread = Spread((_even(0.1, (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0)),))
    mean = np.array([[100.0]])
    plain = spread.quantiles(mean, ONE, MONDAY, ORDINARY)[0, 0] - 100
    special = spread.quantiles(mean, ONE, MONDAY, ~ORDINARY)[0, 0] - 100
    assert special == pytest.approx(plain * SPECIAL_WIDENING)


def test_hours_and_weekdays_that_are_hard_to_foresee_have_a_wider_band_and_the_right_coverage() -> (
    None
):
    rng = np.random.default_rng(11)
    rates = np.full((160, 48), 100.0)
    spread_of = (
        np.where(np.arange(48) >= 36, 30.0, 10.0)
        * np.where(np.arange(160) % 7 == 6, 2.0, 1.0)[:, None]
    )
    seen = rates + rng.normal(0, 1, size=rates.shape) * spread_of
    band = _bands(_learnt(rates[:112], seen[:112]), rates[112:])
    inside = (band[..., 1] <= seen[112:]) & (seen[112:] <= band[..., -2])
    evening, sunday = np.arange(48) >= 38, np.arange(112, 160) % 7 == 6
    assert 0.72 <= inside[~sunday][:, evening].mean() <= 0.88
    assert 0.72 <= inside[~sunday][:, :34].mean() <= 0.88
    assert 0.65 <= inside[sunday].mean() <= 0.88


def test_errors_that_a_whole_day_shares_are_few_and_widen_the_band() -> None:
    rng = np.random.default_rng(12)
    rates = np.full((60, 48), 1000.0)
    alone = rates + rng.normal(0, 100, size=rates.shape)
    shared = rates + rng.normal(0, 100, size=(60, 1)) + rng.normal(0, 1, size=rates.shape)
    for seen, least, most in ((alone, 1.0, 1.01), (shared, 1.02, 1.2)):
        spread = _learnt(rates, seen).by_lead[0]
        errors = (seen - rates) / spread.scale(rates, np.arange(60) % 7)
        weights = 0.5 ** ((60 - np.arange(60)) / 35)
        order = np.argsort(errors.ravel())
        below = np.cumsum(np.repeat(weights, 48)[order])
        plain = np.interp([0.1, 0.5, 0.9], below / below[-1], errors.ravel()[order])
        ratio = np.ptp(spread.scores[[1, 5]]) / np.ptp(plain[[0, 2]])
        assert least - 0.01 <= ratio <= most
