"""Agents as the log shows them, and how many of them are really there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from callback.demo.log import read_log
from callback.errors import InvalidInput
from callback.forecasting.erlang import erlang_a
from callback.forecasting.presence_factor import agents_seen, presence_factor
from tests.unit.forecasting.real_logs import SHARED

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def _at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def test_an_agent_is_at_work_while_calls_follow_each_other() -> None:
    services = [("a", _at(0), _at(10)), ("a", _at(20), _at(30)), ("b", _at(15), _at(45))]
    services += [("a", _at(55), _at(60))]
    starts = [_at(-30), _at(0), _at(30), _at(60)]
    assert agents_seen(services, starts, HALF_HOUR) == pytest.approx([0, 1.5, 0.5 + 5 / 30, 0])
    patient = agents_seen(services, starts, HALF_HOUR, timedelta(minutes=30))
    assert patient == pytest.approx([0, 1.5, 1.5, 0])


@pytest.mark.parametrize("true", [0.7, 0.85, 1.0])
def test_the_factor_that_explains_the_abandonment_is_found(true: float) -> None:
    seen, loads = [20, 40, 10], [16.0, 33.0, 9.0]
    lost = [
        erlang_a(a, round(n * true), 180, 300, 0).abandoned
        for a, n in zip(loads, seen, strict=True)
    ]
    abandoned = float(np.average(lost, weights=loads))
    assert presence_factor(loads, seen, abandoned, 180, 300) == pytest.approx(true, abs=0.02)


def test_what_cannot_be_calibrated_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no interval"):
        presence_factor([0.0], [4], 0.1, 180, 300)
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        presence_factor([3.0], [4], 0.0, 180, 300)


def test_a_real_month_fits_when_fewer_are_there_than_seem_to_be() -> None:
    """Sunday to Thursday, 7 to 24 h, of February 1999: about 85 % of presence was measured elsewhere."""
    path = SHARED / "data" / "small_bank_percall_1999-02.csv.gz"
    if not path.exists():
        pytest.skip("the per-call log of February 1999 is not at hand")
    calls = [call for call in read_log(path) if call.day.weekday() not in (4, 5)]
    handle = float(np.mean([c.handled.total_seconds() for c in calls if c.answered and c.handled]))
    queued = sum(call.waited.total_seconds() for call in calls)
    gone = sum(not call.answered for call in calls)
    days = sorted({call.day for call in calls})
    starts = [_midnight(day) + n * HALF_HOUR for day in days for n in range(14, 48)]
    arrived = np.zeros(len(starts))
    for call in calls:
        slot = call.half_hour - 14
        if 0 <= slot < 34:
            arrived[34 * days.index(call.day) + slot] += 1
    services = [
        (
            call.agent or "",
            _midnight(call.day) + call.served_from,
            _midnight(call.day) + call.served_from + call.handled,
        )
        for call in calls
        if call.answered
    ]
    seen = agents_seen(services, starts, HALF_HOUR)
    factor = presence_factor(
        arrived * handle / 1800, seen, gone / len(calls), handle, queued / gone
    )
    assert 0.75 <= factor <= 0.95


def _midnight(day: object) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")
