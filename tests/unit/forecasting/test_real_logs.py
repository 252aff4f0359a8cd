"""The forecast on real centres: better than the averages, above the floor, and as good as was measured."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.forecasting.forecast import forecast_volume
from tests.unit.forecasting.real_logs import BANK, EMERGENCY, TECHNION, RealLog


@pytest.mark.parametrize(
    ("log", "ratio", "naive", "floor"),
    [(BANK, 0.87, 0.098, 0.023), (TECHNION, 0.86, 0.318, 0.125), (EMERGENCY, 0.93, 0.477, 0.279)],
)
def test_the_forecast_beats_the_averages_on_real_centres(
    log: RealLog, ratio: float, naive: float, floor: float
) -> None:
    history = log.history()
    first = history.days[-1] + timedelta(days=1)
    forecast = forecast_volume(history, first, 28, ZoneInfo("UTC"), None, log.special)
    accuracy = forecast.accuracy
    assert accuracy is not None
    assert accuracy.noise_floor < accuracy.wape < ratio * accuracy.average_wape
    assert accuracy.naive_wape == pytest.approx(naive, abs=0.012)
    assert accuracy.noise_floor == pytest.approx(floor, abs=0.003)
    assert abs(accuracy.bias) < 0.025
    assert 0.72 <= accuracy.coverage <= 0.88
