"""The call: one contact from arrival to end; the row of the call log."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from callback.columns import words
from callback.transitions import Transitions

PUT_DOWN = timedelta(seconds=2)
"""How long after the end of a call the caller's phone counts as engaged."""


class CallStatus(StrEnum):
    """Where a contact is.

    * `arriving`: answered by us, not yet in the queue.
    * `waiting`: in the queue.
    * `reserved`: in the queue, an agent is being asked.
    * `connected`: talking with an agent.
    * `leaving`: has been promised a callback and is hearing the goodbye.
    * `ended`: over.
    """

    ARRIVING = "arriving"
    WAITING = "waiting"
    RESERVED = "reserved"
    CONNECTED = "connected"
    LEAVING = "leaving"
    ENDED = "ended"


class CallEvent(StrEnum):
    """What can happen to a contact."""

    ENQUEUE = "enqueue"
    RESERVE = "reserve"
    RELEASE = "release"
    CONNECT = "connect"
    PROMISE = "promise"
    END = "end"


S, E = CallStatus, CallEvent

CALL_LIFE: Transitions[CallStatus, CallEvent] = Transitions(
    "call",
    {
        E.ENQUEUE: [((S.ARRIVING, S.RESERVED, S.CONNECTED), S.WAITING)],
        E.RESERVE: [((S.WAITING,), S.RESERVED)],
        E.RELEASE: [((S.RESERVED,), S.WAITING)],
        E.CONNECT: [((S.RESERVED,), S.CONNECTED)],
        E.PROMISE: [((S.ARRIVING, S.WAITING), S.LEAVING)],
        E.END: [((S.ARRIVING, S.WAITING, S.RESERVED, S.CONNECTED, S.LEAVING), S.ENDED)],
    },
)


class Direction(StrEnum):
    """Who began the contact: a caller, our callback, or somebody here."""

    INBOUND = "inbound"
    CALLBACK = "callback"
    OUTBOUND = "outbound"


class CallOutcome(StrEnum):
    """How a contact ended.

    `promised` is a caller who took a callback and so did not abandon; `self_served` heard of a callback that
    was owed already, and kept, moved or canceled it by key; `turned_away` heard why nothing could be done
    (closed, no such line).
    """

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    PROMISED = "promised"
    SELF_SERVED = "self_served"
    TURNED_AWAY = "turned_away"
    NOT_REACHED = "not_reached"


class Call(SQLModel, table=True):
    """A contact. `arrived_at` is its place in line; a callback's return call carries the original one.

    `call_sid` is Twilio's, or for imported rows the `source` and the source's own key, so that importing
    twice changes nothing. `outcome` stands before the end where hanging up is no abandoning. `menu` is
    what a waiting caller has chosen so far, `skills` those that the agent must have, and `is_repeat` tells that
    the same number was served on this line lately. `wait_seconds` and `handle_seconds` are filled in when it
    ends. `asked_at` is when the telephone company was last asked whether it still lasts.
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_line_id_arrived_at", "line_id", "arrived_at"),
        Index("ix_call_status_live", "status", "arrived_at"),
        Index("ix_call_phone_number_arrived_at", "phone_number", "arrived_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    call_sid: str = Field(unique=True, max_length=80)
    line_id: str = Field(foreign_key="line.id")
    direction: Direction = Field(default=Direction.INBOUND, sa_type=words(Direction))
    source: str = Field(default="own", max_length=40)
    phone_number: str | None = Field(default=None, max_length=20)
    language: str = "en"
    priority: int = 0
    skills: list[str] = Field(default_factory=list, sa_type=JSON)
    is_repeat: bool = False
    status: CallStatus = Field(default=CallStatus.ARRIVING, sa_type=words(CallStatus))
    outcome: CallOutcome | None = Field(default=None, sa_type=words(CallOutcome))
    arrived_at: datetime
    queue_sid: str | None = None
    menu: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    wait_seconds: float | None = None
    handle_seconds: float | None = None
    agent_id: str | None = None
    callback_id: str | None = Field(default=None, index=True)
    offered_at: datetime | None = None
    asked_at: datetime | None = None
    redial: bool = False

    def take_place_of(self, arrived_at: datetime) -> None:
        """Stand in line where somebody stands who arrived then, unless that is further back."""
        self.arrived_at = min(self.arrived_at, arrived_at)

    def apply(self, event: CallEvent, at: datetime) -> None:
        """Change the status by `event`; the only way to do so.

        Raises:
            IllegalTransition: the present status does not know the event.

        """
        self.status = CALL_LIFE.next(self.status, event)
        if event == CallEvent.CONNECT and self.answered_at is None:
            self.answered_at = at
            self.wait_seconds = max(0.0, (at - self.arrived_at).total_seconds())

    def end(self, at: datetime, outcome: CallOutcome) -> None:
        """End the contact, once; a second end changes nothing."""
        if self.status == CallStatus.ENDED:
            return
        self.apply(CallEvent.END, at)
        self.ended_at = at
        self.outcome = outcome
        if self.answered_at is not None:
            self.handle_seconds = max(0.0, (at - self.answered_at).total_seconds())
        elif self.wait_seconds is None:
            self.wait_seconds = max(0.0, (at - self.arrived_at).total_seconds())
