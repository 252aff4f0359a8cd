"""The life of a callback: states, events, and the one table of what follows what."""

from __future__ import annotations

from enum import StrEnum

from callback.transitions import Transitions


class CallbackStatus(StrEnum):
    """States of a callback.

    * `scheduled`: promised, not yet due.
    * `waiting`: has its place in line, or is due.
    * `reserved`: an agent is being asked.
    * `dialing`: the person's phone is being rung, or the person is on the line and not yet connected.
    * `connected`: person and agent are talking, or have talked and the person's phone is not down yet. If it
      turns out that they did not meet, it is tried again.
    * `completed`: they have talked, on our call or on the person's own; nothing is owed any more.
    * `canceled`, `failed` (attempts used up), `expired`, `refused` (a rule forbids it): the other ends.
    """

    SCHEDULED = "scheduled"
    WAITING = "waiting"
    RESERVED = "reserved"
    DIALING = "dialing"
    CONNECTED = "connected"
    COMPLETED = "completed"
    CANCELED = "canceled"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUSED = "refused"


class CallbackEvent(StrEnum):
    """What can happen to a callback."""

    FALL_DUE = "fall_due"
    MOVE = "move"
    REASSIGN = "reassign"
    DIAL_NOW = "dial_now"
    CARRY_OVER = "carry_over"
    RESERVE = "reserve"
    RELEASE = "release"
    DIAL = "dial"
    RETRY = "retry"
    POSTPONE = "postpone"
    CONNECT = "connect"
    COMPLETE = "complete"
    SERVE_LIVE = "serve_live"
    CANCEL = "cancel"
    FAIL = "fail"
    EXPIRE = "expire"
    REFUSE = "refuse"


S, E = CallbackStatus, CallbackEvent

CALLBACK_LIFE: Transitions[CallbackStatus, CallbackEvent] = Transitions(
    "callback",
    {
        E.FALL_DUE: [((S.SCHEDULED,), S.WAITING)],
        E.MOVE: [((S.SCHEDULED, S.WAITING), S.SCHEDULED)],
        E.REASSIGN: [((S.SCHEDULED,), S.SCHEDULED), ((S.WAITING,), S.WAITING)],
        E.DIAL_NOW: [((S.SCHEDULED, S.WAITING), S.WAITING)],
        E.CARRY_OVER: [((S.WAITING,), S.SCHEDULED)],
        E.RESERVE: [((S.WAITING,), S.RESERVED)],
        E.RELEASE: [((S.RESERVED, S.DIALING), S.WAITING)],
        E.DIAL: [((S.RESERVED,), S.DIALING)],
        E.RETRY: [((S.WAITING, S.RESERVED, S.DIALING, S.CONNECTED), S.SCHEDULED)],
        E.POSTPONE: [((S.WAITING, S.RESERVED, S.DIALING), S.SCHEDULED)],
        E.CONNECT: [((S.RESERVED, S.DIALING), S.CONNECTED)],
        E.COMPLETE: [((S.CONNECTED,), S.COMPLETED)],
        E.SERVE_LIVE: [((S.SCHEDULED, S.WAITING, S.RESERVED, S.DIALING), S.COMPLETED)],
        E.CANCEL: [((S.SCHEDULED, S.WAITING, S.RESERVED, S.DIALING), S.CANCELED)],
        E.FAIL: [((S.WAITING, S.RESERVED, S.DIALING, S.CONNECTED), S.FAILED)],
        E.EXPIRE: [((S.SCHEDULED, S.WAITING), S.EXPIRED)],
        E.REFUSE: [((S.SCHEDULED, S.WAITING, S.RESERVED, S.DIALING), S.REFUSED)],
    },
)

OPEN = frozenset({S.SCHEDULED, S.WAITING, S.RESERVED, S.DIALING, S.CONNECTED})
