"""From a forecast and a plan to what is left for callbacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callback.forecasting.snapshot import SnapshotRow
from callback.promises.margins import Margins, Today, Work, margins_of, presence_now

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
MIDNIGHT = NINE + timedelta(hours=15)


def row(after_minutes: int, calls: float = 24.0, agents: int = 6) -> SnapshotRow:
    start = NINE + timedelta(minutes=after_minutes)
    return SnapshotRow(
        start, calls, calls - 5, calls - 3, calls, calls + 3, calls + 5, agents, 0.85
    )


def margins(
    *planned: float | None, level: float = 1.0, presence: float = 1.0, attempts: float = 1.0
) -> Margins:
    rows = [row(30 * place) for place in range(len(planned))]
    today = Today(NINE, MIDNIGHT, level, presence)
    return margins_of(rows, planned, HALF_HOUR, today, Work(300.0, attempts), 0.0)


def test_free_is_the_time_that_live_callers_leave() -> None:
    found = margins(10.0, 5.0, 3.0)
    # 24 calls of 300 s in half an hour are 4 erlangs, and each agent to spare has time for six callbacks.
    assert found.load == [4.0, 4.0, 4.0]
    assert found.free == pytest.approx([6 * (9.2 - 4), 6 * (4.6 - 4), 6 * (2.76 - 4)])


def test_live_callers_take_the_handle_time_of_their_interval() -> None:
    long = row(0)._replace(handle_seconds=450.0)
    today = Today(NINE, MIDNIGHT)
    found = margins_of([long], [10.0], HALF_HOUR, today, Work(300.0), 0.0)
    assert found.load == [6.0]
    assert found.free == pytest.approx([6 * (9.2 - 6)])
    # A caller more takes the time of a callback and a half.
    assert found.spread == pytest.approx([((15 / 2.563) ** 2 + 6.0**2) ** 0.5], abs=0.01)


def test_callbacks_that_must_be_dialled_twice_take_twice_the_time() -> None:
    assert margins(10.0, attempts=2.0).free == pytest.approx([15.6])


def test_without_a_plan_nothing_is_said() -> None:
    assert margins(10.0, None).free == [31.2, None]


def test_the_spread_holds_the_forecast_and_agents_who_do_not_come() -> None:
    (spread,) = margins(10.0).spread
    assert spread == pytest.approx(((10 / 2.563) ** 2 + (0.1 * 10 * 6) ** 2) ** 0.5, abs=0.01)


def test_a_busy_morning_takes_from_the_rest_of_the_day() -> None:
    busy = margins(10.0, level=1.5)
    assert busy.load == [6.0]
    assert busy.free == pytest.approx([6 * (9.2 - 6)])


def test_agents_who_are_missing_now_are_missed_less_and_less() -> None:
    found = margins(*[8.0] * 13, presence=0.5)
    there = [each for each in found.planned if each is not None]
    assert there[0] == pytest.approx(4.0)
    assert there == sorted(there)
    assert there[6] == pytest.approx(8 * (1 - 0.5 / 2.71828), abs=0.01)


def test_tomorrow_is_not_moved_by_today() -> None:
    today = Today(NINE, NINE + HALF_HOUR, level=2.0, presence=0.1)
    found = margins_of([row(0), row(30)], [10.0, 10.0], HALF_HOUR, today, Work(300.0), 0.0)
    assert found.load == [8.0, 4.0]
    assert found.free[1] == pytest.approx(31.2)


@pytest.mark.parametrize(
    ("at_work", "expected", "presence"),
    [(7, 7.0, 1.0), (3, 7.0, 0.5), (0, 3.0, 0.25), (40, 3.0, 1.5)],
)
def test_presence_is_steadied_by_one_agent(at_work: int, expected: float, presence: float) -> None:
    assert presence_now(at_work, expected) == presence
