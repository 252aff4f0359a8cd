"""Handle times by the time of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.forecasting.handle_times import learn_handle_times
from callback.forecasting.intervals import IntervalVolumes

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def _volumes(days: int, handle: dict[int, float], calls: int = 40) -> IntervalVolumes:
    starts = tuple(MONDAY + timedelta(hours=n) for n in range(24 * days))
    seconds = tuple(handle.get(start.hour) for start in starts)
    return IntervalVolumes(
        ZoneInfo("UTC"), 60, starts, tuple(calls if s else 0 for s in seconds), seconds
    )


def test_long_evenings_are_expected_to_be_long() -> None:
    volumes = _volumes(28, {9: 180.0, 20: 300.0})
    learnt = learn_handle_times(volumes)
    assert learnt is not None
    nine, eight, night = learnt.expect(
        volumes, [datetime(2026, 4, 1, hour, tzinfo=UTC) for hour in (9, 20, 3)]
    )
    assert nine == pytest.approx(180, rel=0.07)
    assert eight == pytest.approx(300, rel=0.07)
    assert night == learnt.overall == pytest.approx(240, abs=1)


def test_a_few_calls_say_little_and_old_ones_less() -> None:
    rare = _volumes(7, {9: 180.0, 20: 300.0}, calls=1)
    learnt = learn_handle_times(rare)
    assert learnt is not None
    assert max(learnt.by_slot.values()) - min(learnt.by_slot.values()) < 10
    grown = _volumes(112, {9: 180.0})
    longer = tuple(None if s is None else s + n / 24 for n, s in enumerate(grown.handle_seconds))
    learnt = learn_handle_times(IntervalVolumes(grown.zone, 60, grown.starts, grown.counts, longer))
    assert learnt is not None
    assert 180 + 112 - 45 < learnt.overall < 180 + 112 - 30


def test_no_call_says_nothing() -> None:
    assert learn_handle_times(_volumes(7, {})) is None
    assert learn_handle_times(IntervalVolumes(ZoneInfo("UTC"), 60, (), (), ())) is None
