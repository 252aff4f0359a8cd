"""The life of a contact, and what the call log keeps of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callback.calls.call import CALL_LIFE, Call, CallEvent, CallOutcome, CallStatus
from callback.errors import IllegalTransition
from tests.unit.builders import utc
from tests.unit.life_cycles import every_pair, reachable

ARRIVAL = utc(2026, 3, 2, 9)
EXPECTED = {
    "arriving": {"enqueue": "waiting", "promise": "leaving", "end": "ended"},
    "waiting": {"reserve": "reserved", "promise": "leaving", "end": "ended"},
    "reserved": {
        "enqueue": "waiting",
        "release": "waiting",
        "connect": "connected",
        "end": "ended",
    },
    "connected": {"enqueue": "waiting", "end": "ended"},
    "leaving": {"end": "ended"},
    "ended": {},
}


def a_call(status: CallStatus = CallStatus.ARRIVING) -> Call:
    return Call(id="c", call_sid="CA1", line_id="line", status=status, arrived_at=ARRIVAL)


@pytest.mark.parametrize(("status", "event", "target"), every_pair(CallStatus, CallEvent, EXPECTED))
def test_every_event_in_every_state_is_decided(
    status: CallStatus, event: CallEvent, target: CallStatus | None
) -> None:
    call = a_call(status)
    if target is None:
        with pytest.raises(IllegalTransition):
            call.apply(event, ARRIVAL)
        assert call.status is status
    else:
        call.apply(event, ARRIVAL)
        assert call.status is target


def test_only_the_end_is_an_end_and_every_contact_can_reach_it() -> None:
    assert [status for status in CallStatus if CALL_LIFE.is_terminal(status)] == [CallStatus.ENDED]
    for status in CallStatus:
        assert CallStatus.ENDED in reachable(CALL_LIFE, CallEvent, status)


def test_a_caller_whom_an_agent_is_about_to_take_gets_no_promise() -> None:
    assert CallStatus.RESERVED not in CALL_LIFE.origins(CallEvent.PROMISE)
    assert CallStatus.CONNECTED not in CALL_LIFE.origins(CallEvent.PROMISE)


def test_a_caller_who_was_promised_a_callback_is_not_given_to_an_agent() -> None:
    assert CallStatus.CONNECTED not in reachable(CALL_LIFE, CallEvent, CallStatus.LEAVING)


def test_wait_and_handle_time_of_an_answered_call() -> None:
    call = a_call(CallStatus.RESERVED)
    call.apply(CallEvent.CONNECT, ARRIVAL + timedelta(seconds=40))
    assert call.answered_at == ARRIVAL + timedelta(seconds=40)
    call.end(ARRIVAL + timedelta(seconds=220), CallOutcome.ANSWERED)
    assert (call.wait_seconds, call.handle_seconds) == (40, 180)
    assert call.ended_at == ARRIVAL + timedelta(seconds=220)


def test_wait_of_a_caller_who_gave_up() -> None:
    call = a_call(CallStatus.WAITING)
    call.end(ARRIVAL + timedelta(seconds=90), CallOutcome.ABANDONED)
    assert (call.wait_seconds, call.handle_seconds, call.answered_at) == (90, None, None)
    assert call.outcome is CallOutcome.ABANDONED


def test_only_the_first_answer_ends_the_wait() -> None:
    call = a_call(CallStatus.RESERVED)
    call.apply(CallEvent.CONNECT, ARRIVAL + timedelta(seconds=40))
    for event in (CallEvent.ENQUEUE, CallEvent.RESERVE, CallEvent.CONNECT):
        call.apply(event, ARRIVAL + timedelta(seconds=500))
    assert call.answered_at == ARRIVAL + timedelta(seconds=40)
    assert call.wait_seconds == 40


def test_a_second_end_changes_nothing() -> None:
    call = a_call(CallStatus.WAITING)
    call.end(ARRIVAL + timedelta(seconds=90), CallOutcome.PROMISED)
    call.end(ARRIVAL + timedelta(seconds=95), CallOutcome.ABANDONED)
    assert call.outcome is CallOutcome.PROMISED
    assert call.ended_at == ARRIVAL + timedelta(seconds=90)
    assert call.wait_seconds == 90


def test_times_told_by_two_clocks_never_make_a_negative_duration() -> None:
    call = a_call(CallStatus.RESERVED)
    call.apply(CallEvent.CONNECT, ARRIVAL - timedelta(seconds=1))
    call.end(ARRIVAL - timedelta(seconds=2), CallOutcome.ANSWERED)
    assert (call.wait_seconds, call.handle_seconds) == (0, 0)
    other = a_call()
    other.end(ARRIVAL - timedelta(seconds=1), CallOutcome.ABANDONED)
    assert other.wait_seconds == 0
