"""The life of a leg: one request, one ring."""

from __future__ import annotations

import pytest

from callback.dialing.leg import LEG_LIFE, LIVE, Leg, LegEvent, LegOutcome, LegRole, LegStatus
from callback.errors import IllegalTransition
from tests.unit.builders import utc
from tests.unit.life_cycles import every_pair, reachable

NINE = utc(2026, 3, 2, 9)
TEN = utc(2026, 3, 2, 10)
EXPECTED = {
    "planned": {"claim": "placing", "bind": "placed", "answer": "answered", "end": "ended"},
    "placing": {
        "prove_absent": "planned",
        "bind": "placed",
        "answer": "answered",
        "end": "ended",
    },
    "placed": {"bind": "placed", "answer": "answered", "end": "ended"},
    "answered": {"bind": "answered", "answer": "answered", "end": "ended"},
    "ended": {},
}


def a_leg(status: LegStatus = LegStatus.PLANNED) -> Leg:
    return Leg(
        id="leg",
        role=LegRole.PERSON,
        reservation_id="r",
        line_id="line",
        to="+14155550123",
        status=status,
        created_at=NINE,
        not_before=NINE,
    )


@pytest.mark.parametrize(("status", "event", "target"), every_pair(LegStatus, LegEvent, EXPECTED))
def test_every_event_in_every_state_is_decided(
    status: LegStatus, event: LegEvent, target: LegStatus | None
) -> None:
    leg = a_leg(status)
    if target is None:
        with pytest.raises(IllegalTransition):
            leg.apply(event, NINE)
        assert leg.status is status
    else:
        leg.apply(event, NINE)
        assert leg.status is target


def test_only_the_end_is_an_end() -> None:
    assert [status for status in LegStatus if LEG_LIFE.is_terminal(status)] == [LegStatus.ENDED]
    assert set(LegStatus) - {LegStatus.ENDED} == LIVE


@pytest.mark.parametrize("status", [LegStatus.PLACED, LegStatus.ANSWERED, LegStatus.ENDED])
def test_a_leg_that_was_placed_is_never_placed_again(status: LegStatus) -> None:
    assert LegStatus.PLACING not in reachable(LEG_LIFE, LegEvent, status)


def test_the_first_to_name_the_call_binds_it() -> None:
    leg = a_leg(LegStatus.PLACING)
    assert leg.bind("CA1", NINE)
    assert not leg.bind("CA2", TEN)
    assert leg.call_sid == "CA1"
    assert leg.placed_at == NINE
    assert leg.status is LegStatus.PLACED


def test_an_answer_may_come_before_the_reply_that_names_the_call() -> None:
    leg = a_leg(LegStatus.PLACING)
    leg.apply(LegEvent.ANSWER, NINE)
    leg.bind("CA1", TEN)
    assert leg.status is LegStatus.ANSWERED
    assert leg.call_sid == "CA1"
    assert leg.answered_at == NINE


def test_a_name_that_comes_after_the_end_wakes_nothing() -> None:
    leg = a_leg(LegStatus.PLACING)
    leg.end(NINE, LegOutcome.CANCELED)
    assert not leg.bind("CA1", TEN)
    assert leg.status is LegStatus.ENDED
    assert leg.call_sid is None


def test_a_second_answer_does_not_move_the_first() -> None:
    leg = a_leg(LegStatus.PLACED)
    leg.apply(LegEvent.ANSWER, NINE)
    leg.apply(LegEvent.ANSWER, TEN)
    assert leg.answered_at == NINE


def test_a_leg_ends_once_and_says_so() -> None:
    leg = a_leg(LegStatus.PLACED)
    assert leg.end(NINE, LegOutcome.BUSY, "user busy")
    assert not leg.end(TEN, LegOutcome.COMPLETED)
    assert (leg.outcome, leg.detail, leg.ended_at) == (LegOutcome.BUSY, "user busy", NINE)
