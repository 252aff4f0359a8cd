"""The report's formulas, on figures that can be checked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.calls.call import CallOutcome
from callback.promises.lifecycle import CallbackStatus
from callback.reporting.service import Contact, Promise, quantile, summarize

ANSWERED, ABANDONED = CallOutcome.ANSWERED, CallOutcome.ABANDONED
PROMISED, TURNED_AWAY = CallOutcome.PROMISED, CallOutcome.TURNED_AWAY


def contact(
    outcome: CallOutcome | None, wait: float | None = None, *, offered: bool = False
) -> Contact:
    return Contact(outcome, wait, offered)


def promise(kept: bool | None, lateness: float | None = None, status: str = "completed") -> Promise:
    return Promise(CallbackStatus(status), kept, lateness)


def test_gross_and_net_wait_are_means_over_those_who_were_reached() -> None:
    reached = [
        Promise(CallbackStatus.COMPLETED, True, 0.0, gross, net)
        for gross, net in ((600.0, 30.0), (1200.0, 60.0))
    ]
    report = summarize([], [*reached, promise(False, 5.0, "failed")], 20)
    assert report["callback_gross_wait_mean_seconds"] == 900.0
    assert report["callback_net_wait_mean_seconds"] == 45.0


CONTACTS = [
    contact(ANSWERED, 5),
    contact(ANSWERED, 20, offered=True),
    contact(ANSWERED, 65, offered=True),
    contact(ABANDONED, 10),
    contact(PROMISED, 40, offered=True),
    contact(TURNED_AWAY, 0),
    contact(None),
]
PROMISES = [
    promise(True, 0.0),
    promise(True, 10.0),
    promise(True, 600.0, "failed"),
    promise(False, 1800.0),
    promise(None, None, "canceled"),
    promise(None, None, "scheduled"),
]


def test_the_report_counts_every_contact_once() -> None:
    report = summarize(CONTACTS, PROMISES, 20)
    assert report == {
        "calls": 7,
        "answered": 3,
        "abandoned": 1,
        "promised": 1,
        "turned_away": 1,
        "average_speed_of_answer_seconds": 30.0,
        "hold_seconds_total": 140.0,
        "service_level": 0.5,
        "service_level_seconds": 20,
        "offers_made": 3,
        "offers_taken": 1,
        "promises": 6,
        "promises_kept": 3,
        "promises_decided": 4,
        "promises_kept_share": 0.75,
        "lateness_median_seconds": 10.0,
        "lateness_p95_seconds": 1800.0,
        "callback_gross_wait_mean_seconds": None,
        "callback_net_wait_mean_seconds": None,
        "callbacks_by_status": {"completed": 3, "failed": 1, "canceled": 1, "scheduled": 1},
    }


def test_nothing_happened_and_nothing_is_divided_by_it() -> None:
    report = summarize([], [], 20)
    assert report["calls"] == report["promises"] == 0
    for figure in (
        "average_speed_of_answer_seconds",
        "service_level",
        "promises_kept_share",
        "lateness_median_seconds",
        "lateness_p95_seconds",
    ):
        assert report[figure] is None
    assert report["callbacks_by_status"] == {}


@pytest.mark.parametrize(("threshold", "level"), [(4, 0.0), (5, 0.25), (20, 0.5), (65, 0.75)])
def test_the_service_level_is_of_answered_and_abandoned_alone(threshold: int, level: float) -> None:
    assert summarize(CONTACTS, [], threshold)["service_level"] == level


def test_who_took_a_callback_counts_on_neither_side_of_the_service_level() -> None:
    without = [one for one in CONTACTS if one.outcome != PROMISED]
    for figure in ("service_level", "average_speed_of_answer_seconds", "abandoned"):
        assert summarize(CONTACTS, [], 20)[figure] == summarize(without, [], 20)[figure]


def test_a_promise_that_was_canceled_before_an_attempt_is_not_decided() -> None:
    before = summarize([], PROMISES, 20)["promises_kept_share"]
    canceled = [*PROMISES, promise(None, None, "canceled")]
    assert summarize([], canceled, 20)["promises_kept_share"] == before


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([], 0.5, None),
        ([3.0], 0.5, 3.0),
        ([1.0, 2.0], 0.5, 1.0),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        ([3.0, 1.0, 2.0], 1.0, 3.0),
        ([float(value) for value in range(1, 101)], 0.95, 95.0),
        ([float(value) for value in range(1, 22)], 0.95, 20.0),
    ],
)
def test_a_quantile_is_a_value_that_was_seen(
    values: list[float], share: float, found: float | None
) -> None:
    assert quantile(values, share) == found


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(0.01, 1.0))
def test_at_least_the_share_of_values_does_not_exceed_the_quantile_and_no_smaller_one_does(
    values: list[float], share: float
) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values) + 1e-9


OUTCOMES = st.one_of(st.none(), st.sampled_from(CallOutcome))


@given(st.lists(st.builds(Contact, OUTCOMES, st.none() | st.floats(0, 1e5), st.booleans())))
def test_shares_are_shares(contacts: list[Contact]) -> None:
    report = summarize(contacts, [], 20)
    level = report["service_level"]
    assert level is None or 0 <= level <= 1
    assert report["answered"] + report["abandoned"] + report["promised"] <= report["calls"]
