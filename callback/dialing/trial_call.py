"""The trial call: one call to whoever sets the system up, which proves that a line can call people.

It belongs to no callback and no agent, and is placed once at most: whoever wants another asks again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from callback.columns import words
from callback.dialing.leg import LEG_LIFE, LIVE, LegEvent, LegOutcome, LegStatus

STALE_AFTER = timedelta(minutes=2)
"""How long a trial call is worth placing: nobody expects it any more afterwards."""
KEPT_FOR = timedelta(days=90)
"""How long it is kept who had which number rung."""


class TrialCall(SQLModel, table=True):
    """A trial call of a line, asked for by a user (`asked_by`, her name).

    Its life is that of a leg. `why` names what went wrong: a rule of dialling, `too_often`, `unavailable`,
    `stale`, or `refused` with the telephone company's own `code`. `confirmed_at` is when the key was pressed.
    """

    __tablename__ = "trial_call"
    __table_args__ = (Index("ix_trial_call_status", "status"),)

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="line.id")
    to: str = Field(max_length=20)
    asked_by: str = Field(max_length=80)
    status: LegStatus = Field(default=LegStatus.PLANNED, sa_type=words(LegStatus))
    outcome: LegOutcome | None = Field(default=None, sa_type=words(LegOutcome))
    why: str = Field(default="", max_length=40)
    code: int | None = None
    created_at: datetime = Field(index=True)
    not_before: datetime
    claimed_until: datetime | None = None
    placed_at: datetime | None = None
    rang_at: datetime | None = None
    call_sid: str | None = Field(default=None, unique=True, max_length=34)
    answered_at: datetime | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Tell whether something may still become of it."""
        return self.status in LIVE

    @property
    def worked(self) -> bool:
        """Tell whether somebody was reached."""
        return self.answered_at is not None

    def apply(self, event: LegEvent, at: datetime) -> None:
        """Change the status by `event`; the only way to do so.

        Raises:
            IllegalTransition: the present status does not know the event.

        """
        self.status = LEG_LIFE.next(self.status, event)
        if event == LegEvent.ANSWER and self.answered_at is None:
            self.answered_at = at

    def bind(self, call_sid: str, at: datetime) -> None:
        """Learn the telephone company's name for it; what is known already stays."""
        if self.call_sid is None and self.live:
            self.call_sid, self.placed_at = call_sid, at
            self.apply(LegEvent.BIND, at)

    def answer(self, at: datetime) -> None:
        """Learn that somebody picked up."""
        if self.live:
            self.apply(LegEvent.ANSWER, at)

    def end(
        self, at: datetime, outcome: LegOutcome, why: str = "", code: int | None = None
    ) -> None:
        """End it, once."""
        if self.live:
            self.apply(LegEvent.END, at)
            self.ended_at, self.outcome, self.why, self.code = at, outcome, why, code
