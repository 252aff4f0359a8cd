"""When to dial again."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.dialing.leg import LegOutcome
from callback.dialing.retry import next_attempt_at
from callback.lines.line import DEFAULT_RETRY_AFTER_SECONDS
from tests.unit.builders import utc

NINE = utc(2026, 3, 2, 9)
DELAYS = {"busy": [60, 120], "no_answer": [300], "machine": [], "failed": [10, 20, 30]}

# Of each way to end, the list of delays that counts; None is for ends after which nobody dials again.
LIST_OF = {
    LegOutcome.BUSY: "busy",
    LegOutcome.NO_ANSWER: "no_answer",
    LegOutcome.MACHINE: "machine",
    LegOutcome.FAILED: "failed",
    LegOutcome.CANCELED: "no_answer",
    LegOutcome.COMPLETED: "no_answer",
    LegOutcome.REFUSED: None,
    LegOutcome.DECLINED: None,
}


@pytest.mark.parametrize("outcome", LegOutcome)
@pytest.mark.parametrize("attempts", [1, 2, 3, 4])
def test_each_outcome_and_attempt_has_its_delay_or_is_the_last(
    outcome: LegOutcome, attempts: int
) -> None:
    reason = LIST_OF[outcome]
    delays = DELAYS[reason] if reason else []
    expected = NINE + timedelta(seconds=delays[attempts - 1]) if attempts <= len(delays) else None
    assert next_attempt_at(outcome, attempts, DELAYS, NINE) == expected


@pytest.mark.parametrize("outcome", LegOutcome)
def test_a_reason_without_a_list_is_not_tried_again(outcome: LegOutcome) -> None:
    assert next_attempt_at(outcome, 1, {}, NINE) is None


@given(
    st.sampled_from([outcome for outcome, reason in LIST_OF.items() if reason]),
    st.dictionaries(
        st.sampled_from(["busy", "no_answer", "machine", "failed"]),
        st.lists(st.integers(0, 86400), max_size=6),
    ),
)
def test_somebody_never_reached_is_dialed_once_and_once_more_for_each_delay(
    outcome: LegOutcome, delays: dict[str, list[int]]
) -> None:
    dialed = [NINE]
    while (again := next_attempt_at(outcome, len(dialed), delays, dialed[-1])) is not None:
        dialed.append(again)
    schedule = delays.get(LIST_OF[outcome] or "", [])
    waited = [(b - a).total_seconds() for a, b in pairwise(dialed)]
    assert waited == schedule


def test_the_delays_of_the_latest_outcome_count() -> None:
    # Busy twice, then nobody answers: the list for no answer ends after one further attempt.
    assert next_attempt_at(LegOutcome.BUSY, 2, DELAYS, NINE) == NINE + timedelta(seconds=120)
    assert next_attempt_at(LegOutcome.NO_ANSWER, 3, DELAYS, NINE) is None


def test_by_default_a_machine_is_tried_once_more_and_nobody_more_than_four_times() -> None:
    delays = DEFAULT_RETRY_AFTER_SECONDS
    assert next_attempt_at(LegOutcome.MACHINE, 1, delays, NINE) is not None
    assert next_attempt_at(LegOutcome.MACHINE, 2, delays, NINE) is None
    for outcome in LegOutcome:
        assert next_attempt_at(outcome, 4, delays, NINE) is None
