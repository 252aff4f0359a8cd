"""Punctuality: what is kept, how late, on which local day."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from callback.reporting.punctuality import Kept, by_day, figures
from tests.unit.builders import utc

EVENING = utc(2026, 3, 3, 4)  # still 2 March in Los Angeles


def kept(late_s: float, *, was_kept: bool | None = True) -> Kept:
    return Kept(EVENING, EVENING + timedelta(seconds=late_s), was_kept)


def test_lateness_and_share_are_of_those_that_were_decided() -> None:
    found = figures([kept(late) for late in range(1, 101)] + [kept(2000, was_kept=False)])
    assert (found["kept"], found["decided"]) == (100, 101)
    assert found["kept_share"] == 100 / 101
    assert found["lateness_median_seconds"] == 51
    assert found["lateness_p90_seconds"] == 91
    assert found["lateness_p99_seconds"] == 100


def test_what_was_never_attempted_and_never_decided_counts_on_neither_side() -> None:
    found = figures([Kept(EVENING, None, None)])
    assert (found["promises"], found["decided"], found["kept_share"]) == (1, 0, None)
    assert found["lateness_median_seconds"] is None


def test_a_promise_that_was_never_attempted_is_broken_and_has_no_lateness() -> None:
    found = figures([Kept(EVENING, None, False), kept(5)])
    assert (found["kept_share"], found["lateness_p99_seconds"]) == (0.5, 5)


def test_days_are_the_lines_own() -> None:
    promises = [kept(1), Kept(EVENING + timedelta(hours=12), None, None)]
    assert [day["day"] for day in by_day(promises, ZoneInfo("America/Los_Angeles"))] == [
        "2026-03-02",
        "2026-03-03",
    ]
    assert [day["day"] for day in by_day(promises, ZoneInfo("UTC"))] == ["2026-03-03"]
