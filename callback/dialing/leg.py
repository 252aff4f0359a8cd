"""The leg: one phone call that we place, to an agent or to a person.

A leg to a person for a callback is an attempt. The row exists, committed, before the telephone company
hears of it; that is what lets a second ring be refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from callback.columns import words
from callback.ids import new_id
from callback.transitions import Transitions

LEASE = timedelta(seconds=60)
"""How long a worker that is placing a leg may be silent before the telephone company is asked."""

LETTING_IN = "letting_in"
"""In the menu of an agent's leg: she is being brought into the conference by her desk."""
MESSAGE_LEFT = "message_left"
"""In the menu of a person's leg: a machine was told the message, and is told it again if asked again."""
INSIDE = "inside"
"""In the menu of an agent's leg: she was told to enter the conference."""


class LegRole(StrEnum):
    """Whose phone it rings."""

    AGENT = "agent"
    PERSON = "person"
    SUPERVISOR = "supervisor"


class Listening(StrEnum):
    """How a supervisor is in a conversation: heard by nobody, by the agent alone, or by both."""

    LISTEN = "listen"
    WHISPER = "whisper"
    JOIN = "join"


class LegStatus(StrEnum):
    """States of a leg.

    * `planned`: to be placed; nobody has begun.
    * `placing`: claimed by a worker; the request may or may not have reached the telephone company.
    * `placed`: accepted by the telephone company; not yet answered.
    * `answered`: somebody or something picked up.
    * `ended`: over.
    """

    PLANNED = "planned"
    PLACING = "placing"
    PLACED = "placed"
    ANSWERED = "answered"
    ENDED = "ended"


class LegEvent(StrEnum):
    """What can happen to a leg."""

    CLAIM = "claim"
    PROVE_ABSENT = "prove_absent"
    BIND = "bind"
    ANSWER = "answer"
    END = "end"


S, E = LegStatus, LegEvent

LEG_LIFE: Transitions[LegStatus, LegEvent] = Transitions(
    "leg",
    {
        E.CLAIM: [((S.PLANNED,), S.PLACING)],
        E.PROVE_ABSENT: [((S.PLACING,), S.PLANNED)],
        E.BIND: [((S.PLANNED, S.PLACING, S.PLACED), S.PLACED), ((S.ANSWERED,), S.ANSWERED)],
        E.ANSWER: [((S.PLANNED, S.PLACING, S.PLACED, S.ANSWERED), S.ANSWERED)],
        E.END: [((S.PLANNED, S.PLACING, S.PLACED, S.ANSWERED), S.ENDED)],
    },
)

LIVE = frozenset({S.PLANNED, S.PLACING, S.PLACED, S.ANSWERED})


class LegOutcome(StrEnum):
    """How a leg ended."""

    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    FAILED = "failed"
    CANCELED = "canceled"
    REFUSED = "refused"
    DECLINED = "declined"


class Leg(SQLModel, table=True):
    """A leg. `number` counts the attempts of a callback from 1; it is 0 for every other leg.

    `claimed_until` ends the lease of the worker that is placing it. `end_wanted_at` asks a worker to hang
    up. `placed_at` is when the telephone company took the call on, `rang_at` when it told us that the phone
    rings; between the two the call may have waited in its queue. `accepted_at` is when the key was pressed that
    proves a human and a wish to talk, `entered_at` when a person was told the way into the room. `agent_id` and
    `mode` are a supervisor's: whose phone it is, and how she listens.
    """

    __tablename__ = "leg"
    __table_args__ = (
        Index("ix_leg_status_claimed_until", "status", "claimed_until"),
        Index("ix_leg_line_id_placed_at", "line_id", "placed_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    role: LegRole = Field(sa_type=words(LegRole))
    reservation_id: str = Field(foreign_key="reservation.id", index=True)
    callback_id: str | None = Field(default=None, foreign_key="callback.id", index=True)
    line_id: str = Field(foreign_key="line.id")
    number: int = 0
    agent_id: str | None = Field(default=None, max_length=32)
    mode: Listening | None = Field(default=None, sa_type=words(Listening))
    to: str = Field(max_length=256)
    status: LegStatus = Field(default=LegStatus.PLANNED, sa_type=words(LegStatus))
    outcome: LegOutcome | None = Field(default=None, sa_type=words(LegOutcome))
    detail: str = ""
    menu: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime
    not_before: datetime
    claimed_until: datetime | None = Field(default=None, index=True)
    placed_at: datetime | None = None
    rang_at: datetime | None = None
    call_sid: str | None = Field(default=None, unique=True, max_length=34)
    answered_at: datetime | None = None
    accepted_at: datetime | None = None
    entered_at: datetime | None = None
    ended_at: datetime | None = None
    end_wanted_at: datetime | None = None

    def apply(self, event: LegEvent, at: datetime) -> None:
        """Change the status by `event`; the only way to do so.

        Raises:
            IllegalTransition: the present status does not know the event.

        """
        self.status = LEG_LIFE.next(self.status, event)
        if event == LegEvent.ANSWER and self.answered_at is None:
            self.answered_at = at

    def bind(self, call_sid: str, at: datetime) -> bool:
        """Learn the telephone company's name for this leg; tell whether it was news."""
        if self.call_sid is not None or self.status == LegStatus.ENDED:
            return False
        self.call_sid = call_sid
        self.placed_at = at
        self.apply(LegEvent.BIND, at)
        return True

    def ring(self, at: datetime) -> None:
        """Learn that the phone rings; told late, it began no later than it was answered or the leg ended."""
        if self.rang_at is None:
            self.rang_at = min(each for each in (at, self.answered_at, self.ended_at) if each)

    def end(self, at: datetime, outcome: LegOutcome, detail: str = "") -> bool:
        """End the leg, once; tell whether this was the end."""
        if self.status == LegStatus.ENDED:
            return False
        self.apply(LegEvent.END, at)
        self.ended_at = at
        self.outcome = outcome
        self.detail = detail
        return True


def leg_to_place(
    now: datetime,
    role: LegRole,
    to: str,
    *,
    reservation_id: str,
    callback_id: str | None,
    line_id: str,
    number: int = 0,
) -> dict[str, Any]:
    """Return the values of a new leg that is to be placed at once."""
    return {
        "id": new_id(now),
        "role": role,
        "reservation_id": reservation_id,
        "callback_id": callback_id,
        "line_id": line_id,
        "number": number,
        "to": to,
        "created_at": now,
        "not_before": now,
    }
