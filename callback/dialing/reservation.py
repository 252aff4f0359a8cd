"""The reservation: one offer of a call or callback to one agent, until they have talked or not."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from callback.columns import words
from callback.transitions import Transitions


class ReservationStatus(StrEnum):
    """States of a reservation.

    * `holding`: the agent is kept free while the person is rung first.
    * `asking`: the agent's phone is ringing, or she has not pressed a key yet.
    * `accepted`: the agent is in the conference; the other side is being brought in.
    * `connected`: both are in.
    * `ended`: over.
    """

    HOLDING = "holding"
    ASKING = "asking"
    ACCEPTED = "accepted"
    CONNECTED = "connected"
    ENDED = "ended"


class ReservationEvent(StrEnum):
    """What can happen to a reservation."""

    ASK = "ask"
    ACCEPT = "accept"
    CONNECT = "connect"
    END = "end"


S, E = ReservationStatus, ReservationEvent

RESERVATION_LIFE: Transitions[ReservationStatus, ReservationEvent] = Transitions(
    "reservation",
    {
        E.ASK: [((S.HOLDING,), S.ASKING)],
        E.ACCEPT: [((S.ASKING,), S.ACCEPTED)],
        E.CONNECT: [((S.ACCEPTED,), S.CONNECTED)],
        E.END: [((S.HOLDING, S.ASKING, S.ACCEPTED, S.CONNECTED), S.ENDED)],
    },
)


class ReservationEnd(StrEnum):
    """Why a reservation ended."""

    FINISHED = "finished"
    DECLINED = "declined"
    AGENT_NO_ANSWER = "agent_no_answer"
    AGENT_LEFT = "agent_left"
    CALLER_GONE = "caller_gone"
    PERSON_NOT_REACHED = "person_not_reached"
    POSTPONED = "postponed"
    CANCELED = "canceled"
    REFUSED = "refused"


class Reservation(SQLModel, table=True):
    """An offer. Exactly one of `call_id` and `callback_id` is set.

    `conference` is the room in which the legs meet; it is the reservation's own id, unless a person already
    waits in the room of an earlier one. `pulled_until` ends the lease of the worker that takes a live
    caller out of the queue. `reason` says why this contact was chosen. `connected_at` is when both had been
    let into the room, `met_at` when the telephone company said that both were there.
    """

    __tablename__ = "reservation"
    __table_args__ = (Index("ix_reservation_status_created_at", "status", "created_at"),)

    id: str = Field(primary_key=True, max_length=32)
    agent_id: str = Field(foreign_key="agent.id", index=True)
    line_id: str = Field(foreign_key="line.id")
    call_id: str | None = Field(default=None, foreign_key="call.id", index=True)
    callback_id: str | None = Field(default=None, foreign_key="callback.id", index=True)
    status: ReservationStatus = Field(sa_type=words(ReservationStatus))
    ending: ReservationEnd | None = Field(default=None, sa_type=words(ReservationEnd))
    conference: str = Field(max_length=64)
    reason: str = ""
    created_at: datetime
    accepted_at: datetime | None = None
    pulled_until: datetime | None = None
    connected_at: datetime | None = None
    met_at: datetime | None = None
    ended_at: datetime | None = Field(default=None, index=True)

    def apply(self, event: ReservationEvent, at: datetime) -> None:
        """Change the status by `event`; the only way to do so.

        Raises:
            IllegalTransition: the present status does not know the event.

        """
        self.status = RESERVATION_LIFE.next(self.status, event)
        if event == ReservationEvent.ACCEPT:
            self.accepted_at = at
        elif event == ReservationEvent.CONNECT:
            self.connected_at = at
        elif event == ReservationEvent.END:
            self.ended_at = at
