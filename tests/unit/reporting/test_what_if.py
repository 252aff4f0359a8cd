"""What would be if."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from callback.forecasting.snapshot import SnapshotRow
from callback.forecasting.staffing import StaffingTarget
from callback.reporting.what_if import Answer, Wish, answer_wish, with_target

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
TARGET = StaffingTarget(0.8, 20, 180)
ROWS = [
    SnapshotRow(NINE + place * HALF_HOUR, 100.0, 80, 90, 100, 110, 120, 14, 0.88)
    for place in range(4)
]


def answer(agents: float | None, **wish: object) -> Answer:
    given = {"target": TARGET, "offer_after_seconds": 60.0} | wish
    return answer_wish(ROWS, [agents] * 4, HALF_HOUR, Wish(**given))  # type: ignore[arg-type]


def test_the_reference_case_is_reckoned() -> None:
    """100 calls in half an hour of 180 s each: 14 agents answer 88.8 % within 20 s, the mean wait is 7.8 s."""
    found = answer(14.0)
    assert found.served == pytest.approx(0.888350, abs=1e-6)
    assert found.waiting_seconds == pytest.approx(7.835937, abs=1e-6)
    assert found.offered == pytest.approx(0.1741319 * 2.718281828 ** (-4 * 60 / 180), abs=1e-6)
    assert found.short == 0


def test_fewer_agents_serve_fewer_and_too_few_let_the_queue_grow() -> None:
    fewer = answer(14.0, extra=-2)
    assert fewer.short == 4
    assert fewer.served is not None
    assert fewer.served < 0.8
    too_few = answer(9.0)
    assert (too_few.served, too_few.offered, too_few.waiting_seconds) == (0.0, 1.0, None)


def test_without_a_plan_only_the_need_is_told() -> None:
    found = answer(None)
    assert (found.served, found.offered, found.waiting_seconds, found.short) == (
        None,
        None,
        None,
        0,
    )
    assert found.scheduled_hours == pytest.approx(14 * 2)


def test_shrinkage_takes_agents_from_the_plan_and_adds_to_the_rota() -> None:
    found = answer(20.0, target=replace(TARGET, shrinkage=0.3))
    assert found.served == pytest.approx(0.888350, abs=1e-6)
    assert found.needs[0].needed == 20.0


def test_intervals_with_longer_calls_need_more_and_keep_their_share_of_a_change() -> None:
    rows = [ROWS[0]._replace(handle_seconds=150.0), ROWS[1]._replace(handle_seconds=300.0)]
    for handle, needs in ((180.0, (12.0, 21.0)), (360.0, (21.0, 40.0))):
        wish = Wish(replace(TARGET, handle_seconds=handle), usual_handle_seconds=180.0)
        found = answer_wish(rows, [None, None], HALF_HOUR, wish)
        assert tuple(need.needed for need in found.needs) == pytest.approx(needs, abs=2)
        assert found.needs[1].needed > 1.6 * found.needs[0].needed


def test_what_is_not_asked_to_be_changed_stays() -> None:
    assert with_target(TARGET, share=0.9, seconds=None) == replace(TARGET, share=0.9)


def test_a_week_of_half_hours_is_answered_while_a_slider_moves() -> None:
    rows = [ROWS[0]._replace(start=NINE + place * HALF_HOUR) for place in range(336)]
    begun = time.process_time()
    answer_wish(rows, [14.0] * 336, HALF_HOUR, Wish(TARGET))
    assert time.process_time() - begun < 0.2
