"""The past as a grid, and what is not counted in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from callback.forecasting.history import history_of, without_gaps
from callback.forecasting.intervals import interval_starts
from tests.unit.forecasting.weeks import MONDAY, history, poisson_weeks

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")


def test_counts_stand_where_their_local_day_and_interval_are() -> None:
    starts = [datetime(2026, 1, 5, 23, 30, tzinfo=UTC), datetime(2026, 1, 6, 8, tzinfo=UTC)]
    past = history_of(starts, [3, 5], BERLIN, 30)
    assert past.days == (date(2026, 1, 6),)
    assert past.counts[0, 1] == 3
    assert past.counts[0, 18] == 5
    assert np.isnan(past.counts).sum() == 46


def test_what_came_while_closed_is_left_out() -> None:
    starts = list(interval_starts(MONDAY, MONDAY, UTC_ZONE, 60))
    past = history_of(starts, [1] * 24, UTC_ZONE, 60, lambda start: 8 <= start.hour < 20)
    assert np.nansum(past.counts) == 12
    assert np.isnan(past.counts[0, 7])


def test_an_hour_that_occurs_twice_is_its_mean_and_a_skipped_one_is_not_counted() -> None:
    autumn = list(interval_starts(date(2026, 10, 25), date(2026, 10, 25), BERLIN, 60))
    past = history_of(autumn, [0, 0, 4, 8] + [0] * 21, BERLIN, 60)
    assert past.counts[0, 2] == 6
    spring = list(interval_starts(date(2026, 3, 29), date(2026, 3, 29), BERLIN, 60))
    assert np.isnan(history_of(spring, [1] * 23, BERLIN, 60).counts[0, 2])


def test_nothing_counted_is_an_empty_history() -> None:
    past = history_of([], [], UTC_ZONE, 30)
    assert (past.counted_days, past.slots) == (0, 48)
    assert without_gaps(past).days == ()


def test_before_and_since_cut_at_the_day() -> None:
    past = poisson_weeks(2)
    cut = MONDAY + timedelta(days=3)
    assert past.before(cut).days[-1] == cut - timedelta(days=1)
    assert past.since(cut).days[0] == cut
    assert past.before(MONDAY).counted_days == 0
    assert len(past.before(MONDAY + timedelta(days=400)).days) == 14


def test_a_silent_day_on_a_busy_line_is_a_gap_and_not_calm() -> None:
    past = poisson_weeks(4)
    past.counts[9] = 0
    assert np.isnan(without_gaps(past).counts[9]).all()
    assert without_gaps(past).counted_days == 27


def test_a_silent_day_on_a_quiet_line_is_calm() -> None:
    counts = np.zeros((28, 24))
    counts[::2, 10] = 1
    assert without_gaps(history(counts)).counted_days == 28


def test_a_weekday_on_which_nobody_ever_calls_stays_counted_as_zero() -> None:
    past = poisson_weeks(4)
    past.counts[past.weekdays == 6] = 0
    assert not np.isnan(without_gaps(past).counts[6]).any()


def test_a_log_that_begins_and_ends_in_the_middle_of_a_day_loses_those_days() -> None:
    past = poisson_weeks(4)
    past.counts[0, :15] = 0
    past.counts[-1, 15:] = 0
    cleaned = without_gaps(past)
    assert np.isnan(cleaned.counts[[0, -1]]).all()
    assert cleaned.counted_days == 26
