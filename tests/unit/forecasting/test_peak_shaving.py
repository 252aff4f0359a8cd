"""Peaks lowered by callbacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.forecasting.peak_shaving import with_callbacks

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def _moved(calls: list[float], share: float) -> list[float]:
    return with_callbacks(
        [MIDNIGHT + n * timedelta(hours=1) for n in range(len(calls))], calls, share
    )


def test_the_peak_moves_into_the_calm_after_it() -> None:
    assert _moved([20, 60, 20, 20], 1.0) == pytest.approx([20, 100 / 3, 100 / 3, 100 / 3])
    assert _moved([20, 60, 20, 20], 0.1) == pytest.approx([20, 54, 26, 20])


def test_nobody_is_called_back_before_calling_while_closed_or_on_another_day() -> None:
    assert _moved([10, 10, 60], 0.5) == pytest.approx([10, 10, 60])
    assert _moved([60, 0, 20], 0.5) == pytest.approx([40, 0, 40])
    late = [0.0] * 23 + [60.0] + [10.0] * 24
    assert _moved(late, 0.5) == pytest.approx(late)


@given(
    st.lists(st.one_of(st.just(0.0), st.floats(0.1, 500)), min_size=1, max_size=24),
    st.floats(0, 1),
)
def test_no_call_is_lost_and_no_peak_grows(calls: list[float], share: float) -> None:
    moved = _moved(calls, share)
    assert sum(moved) == pytest.approx(sum(calls))
    assert max(moved) <= max(calls) * (1 + 1e-9)
    for before, after in zip(calls, moved, strict=True):
        assert after >= (1 - share) * before - 1e-9
        assert before > 0 or after == 0
