"""Use case: the person whom we called back asks for another time."""

from __future__ import annotations

from callback.dialing.attempts import BACKSTOP
from callback.dialing.case import Case
from callback.dialing.leg import Leg, LegRole
from callback.dialing.reservation import ReservationEnd
from callback.dialogue.notices import Purpose
from callback.jobs import JobName
from callback.lines.offer import Window
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent, CallbackStatus
from callback.promises.texting import remind, text

POSTPONABLE = frozenset({CallbackStatus.WAITING, CallbackStatus.RESERVED, CallbackStatus.DIALING})


def postpone(case: Case, callback: Callback, leg: Leg, window: Window) -> None:
    """Promise `window` instead; the agent is free again, and the person hears a goodbye on `leg`."""
    if not case.ended:
        case.end(ReservationEnd.POSTPONED)
        case.free_agent()
        case.end_leg(case.live_leg(LegRole.AGENT))
    callback.apply(
        CallbackEvent.POSTPONE, case.now, f"the person asked for {window.start.isoformat()}"
    )
    callback.promise(window.start, window.until)
    callback.arrived_at = window.start
    callback.person_leg_id = None
    case.end_leg(leg, after=BACKSTOP)
    text(case.work, case.line, callback, Purpose.MOVED)
    remind(case.work, case.line, callback)
    case.work.wake(JobName.FALL_DUE, callback.id, version=callback.version, at=callback.due_at)
