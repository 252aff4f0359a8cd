"""The life of a callback."""

from __future__ import annotations

import pytest

from callback.errors import IllegalTransition
from callback.promises.lifecycle import CALLBACK_LIFE, OPEN, CallbackEvent, CallbackStatus
from tests.unit.life_cycles import every_pair, reachable

ENDS = {"completed", "canceled", "failed", "expired", "refused"}
EXPECTED = {
    "scheduled": {
        "fall_due": "waiting",
        "move": "scheduled",
        "reassign": "scheduled",
        "dial_now": "waiting",
        "serve_live": "completed",
        "cancel": "canceled",
        "expire": "expired",
        "refuse": "refused",
    },
    "waiting": {
        "reassign": "waiting",
        "dial_now": "waiting",
        "carry_over": "scheduled",
        "serve_live": "completed",
        "reserve": "reserved",
        "retry": "scheduled",
        "postpone": "scheduled",
        "fail": "failed",
        "move": "scheduled",
        "cancel": "canceled",
        "expire": "expired",
        "refuse": "refused",
    },
    "reserved": {
        "dial": "dialing",
        "connect": "connected",
        "serve_live": "completed",
        "release": "waiting",
        "retry": "scheduled",
        "postpone": "scheduled",
        "fail": "failed",
        "cancel": "canceled",
        "refuse": "refused",
    },
    "dialing": {
        "connect": "connected",
        "serve_live": "completed",
        "release": "waiting",
        "retry": "scheduled",
        "postpone": "scheduled",
        "fail": "failed",
        "cancel": "canceled",
        "refuse": "refused",
    },
    "connected": {"complete": "completed", "retry": "scheduled", "fail": "failed"},
    **{end: {} for end in ENDS},
}


@pytest.mark.parametrize(
    ("status", "event", "target"), every_pair(CallbackStatus, CallbackEvent, EXPECTED)
)
def test_every_event_in_every_state_is_decided(
    status: CallbackStatus, event: CallbackEvent, target: CallbackStatus | None
) -> None:
    if target is None:
        assert not CALLBACK_LIFE.allows(status, event)
        with pytest.raises(IllegalTransition):
            CALLBACK_LIFE.next(status, event)
    else:
        assert CALLBACK_LIFE.next(status, event) is target


def test_ends_are_never_left_and_everything_else_is_open() -> None:
    assert {status for status in CallbackStatus if CALLBACK_LIFE.is_terminal(status)} == ENDS
    assert set(CallbackStatus) - ENDS == OPEN


def test_every_promise_can_come_to_be_fulfilled_and_every_end_can_be_reached() -> None:
    assert reachable(CALLBACK_LIFE, CallbackEvent, CallbackStatus.SCHEDULED) == set(CallbackStatus)
    for status in OPEN:
        assert CallbackStatus.COMPLETED in reachable(CALLBACK_LIFE, CallbackEvent, status)


def test_two_agents_cannot_reserve_one_callback() -> None:
    assert CALLBACK_LIFE.origins(CallbackEvent.RESERVE) == {CallbackStatus.WAITING}


def test_a_person_who_is_talking_is_neither_canceled_nor_moved_nor_given_to_another() -> None:
    assert [
        event for event in CallbackEvent if CALLBACK_LIFE.allows(CallbackStatus.CONNECTED, event)
    ] == [CallbackEvent.RETRY, CallbackEvent.COMPLETE, CallbackEvent.FAIL]
