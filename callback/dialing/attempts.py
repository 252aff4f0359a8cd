"""An attempt that reached nobody: the agent is freed, and the line’s list says what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta

from callback.calls.call import CallEvent, CallStatus
from callback.dialing.case import Case
from callback.dialing.leg import LegOutcome, LegRole
from callback.dialing.reservation import ReservationEnd
from callback.dialing.retry import next_attempt_at
from callback.dialogue.notices import Purpose
from callback.jobs import JobName
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent, CallbackStatus
from callback.promises.texting import text

BACKSTOP = timedelta(seconds=10)


def back_in_line(case: Case, why: str) -> None:
    """Give the contact its old place back."""
    if case.call is not None and case.call.status == CallStatus.RESERVED:
        case.call.apply(CallEvent.RELEASE, case.now)
    if case.callback is not None and case.callback.status in {
        CallbackStatus.RESERVED,
        CallbackStatus.DIALING,
    }:
        case.callback.apply(CallbackEvent.RELEASE, case.now, why)
    case.work.wake(JobName.DISPATCH)


def attempt_failed(case: Case, outcome: LegOutcome, detail: str = "") -> None:
    """Free the agent after an attempt that reached nobody, and try again as the line's list says."""
    callback = case.callback
    not_reached(case)
    if callback is None:
        return
    again = next_attempt_at(
        outcome, callback.attempt_count, case.line.retry_after_seconds, case.now
    )
    if again is None:
        given_up(case, callback, detail or outcome)
        return
    call_again(case, callback, again, outcome)


def given_up(case: Case, callback: Callback, why: str) -> None:
    """End a callback whose person was not reached, and tell her by text, with a way back."""
    callback.apply(CallbackEvent.FAIL, case.now, why)
    text(case.work, case.line, callback, Purpose.MISSED)


def not_reached(case: Case) -> None:
    """Free the agent whose person is not on the line, and forget that person's leg."""
    if not case.ended:
        case.end(ReservationEnd.PERSON_NOT_REACHED)
        case.free_agent()
        case.end_leg(case.live_leg(LegRole.AGENT))
    if case.callback is not None:
        case.callback.person_leg_id = None


def call_again(case: Case, callback: Callback, again: datetime, why: str) -> None:
    """Have a callback dialled once more at `again`."""
    callback.apply(CallbackEvent.RETRY, case.now, f"{why}; again at {again.isoformat()}")
    callback.reschedule(again)
    case.work.wake(JobName.FALL_DUE, callback.id, version=callback.version, at=again)
