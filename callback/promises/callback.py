"""The callback: the telephone promise to one person, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import object_session
from sqlmodel import Field, SQLModel

from callback.columns import words
from callback.promises.lifecycle import CALLBACK_LIFE, OPEN, CallbackEvent, CallbackStatus

NOTES = "notes"
"""Under this key of a session's `info` notes are gathered, if they are to be written together."""
UNDECIDED = frozenset({CallbackEvent.CANCEL, CallbackEvent.SERVE_LIVE})
"""Ends before any attempt that leave open whether the promise would have been kept."""


class CallbackKind(StrEnum):
    """As soon as the place in line comes up, or at a chosen time."""

    ASAP = "asap"
    SCHEDULED = "scheduled"


class Callback(SQLModel, table=True):
    """A promise.

    `arrived_at` is the place in line: the original arrival, for a scheduled one `promised_from`. `due_at`
    is when it next asks for attention; `version` grows whenever that changes, so that an old wake-up finds
    nothing to do. `promise_kept` stays null until the first attempt is placed or the window has passed.
    `times_written` are the times that the last text message named, as pairs of ISO 8601 instants, so that a
    number sent back means what was read. `message_left_at` is when a machine was left the one message that
    there is. `person_leg_id` names the leg on which the person already waits for an agent, if she does.
    `link_generation` is that of the links to the person's page which still open it (`callback.links`).
    `extension` is dialled once the number has answered. `kept_score` says how surely a chosen window was to be
    kept when it was promised (`Margin.score`), null where neither plan nor forecast knew.

    `first_promised_from` is when the first promise began, once it was not kept and a later window took its
    place. `alerted_at` is when it was told that the window is about to be missed. `net_wait_seconds` is how
    long the person had a phone in the hand, `gross_wait_seconds` how long she waited by the clock, from the
    arrival until an agent was there; the latter is null until then.
    """

    __tablename__ = "callback"
    __table_args__ = (
        Index("ix_callback_status_due_at", "status", "due_at"),
        Index("ix_callback_line_id_status_arrived_at", "line_id", "status", "arrived_at"),
        Index("ix_callback_line_id_promised_from", "line_id", "promised_from"),
        Index("ix_callback_phone_number_line_id", "phone_number", "line_id"),
    )

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="line.id")
    call_id: str | None = Field(default=None, foreign_key="call.id", index=True)
    phone_number: str = Field(max_length=20)
    kind: CallbackKind = Field(sa_type=words(CallbackKind))
    status: CallbackStatus = Field(sa_type=words(CallbackStatus))
    language: str = "en"
    reason: str | None = Field(default=None, max_length=80)
    priority: int = 0
    skills: list[str] = Field(default_factory=list, sa_type=JSON)
    preferred_agent_id: str | None = Field(default=None, max_length=32)
    arrived_at: datetime
    requested_at: datetime
    promised_from: datetime
    promised_until: datetime
    due_at: datetime
    version: int = 1
    promise_kept: bool | None = None
    kept_score: float | None = None
    first_placed_at: datetime | None = None
    attempt_count: int = 0
    person_leg_id: str | None = None
    first_promised_from: datetime | None = None
    alerted_at: datetime | None = None
    net_wait_seconds: float = 0.0
    gross_wait_seconds: float | None = None
    times_written: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    message_left_at: datetime | None = None
    extension: str | None = Field(default=None, max_length=12)
    link_generation: int = 0
    ended_at: datetime | None = None

    def apply(self, event: CallbackEvent, at: datetime, detail: str = "") -> None:
        """Change the status by `event` and write it on the timeline; the only way to do either.

        The callback must already belong to a session.

        Raises:
            IllegalTransition: the present status does not know the event.

        """
        self.status = CALLBACK_LIFE.next(self.status, event)
        if self.status not in OPEN:
            self.ended_at = at
            if self.promise_kept is None and event not in UNDECIDED:
                self.promise_kept = False
        self.note(event, at, detail)

    def note(self, event: str, at: datetime, detail: str = "") -> None:
        """Write on the timeline something that changes no status."""
        session = object_session(self)
        if session is None:
            raise RuntimeError(
                "a callback must be added to its session before anything happens to it"
            )
        note: dict[str, Any] = {"callback_id": self.id, "at": at, "event": event, "detail": detail}
        gathered: list[dict[str, Any]] | None = session.info.get(NOTES)
        if gathered is None:
            session.add(TimelineEntry(**note))
        else:
            gathered.append(note)

    def plan_attempt(self) -> int:
        """Return the number of the attempt that is about to be made, from 1."""
        self.attempt_count += 1
        return self.attempt_count

    def attempt_placed(self, at: datetime) -> None:
        """Learn that the person's phone was dialled; the first time decides whether the promise was kept."""
        if self.first_placed_at is None:
            self.first_placed_at = at
        if self.promise_kept is None:
            self.promise_kept = self.promised_from <= at <= self.promised_until

    def attempt_withdrawn(self, placed_at: datetime | None) -> None:
        """Forget the attempt placed at that instant, whose call never left the telephone company's queue.

        It rang nobody, so a promise is not kept by it. One that is broken stays broken.
        """
        self.attempt_count -= 1
        if placed_at is not None and self.first_placed_at == placed_at:
            self.first_placed_at = None
            self.promise_kept = None if self.promise_kept else self.promise_kept

    def promise(self, start: datetime, until: datetime) -> None:
        """Take on another window, and the attention at its beginning."""
        self.kind = CallbackKind.SCHEDULED
        self.promised_from, self.promised_until = start, until
        self.alerted_at = None
        self.reschedule(start)

    def reschedule(self, due_at: datetime) -> None:
        """Ask for attention at another instant; earlier wake-ups become void."""
        self.due_at = due_at
        self.version += 1


class TimelineEntry(SQLModel, table=True):
    """One line of a callback's story."""

    __tablename__ = "timeline_entry"

    id: int | None = Field(default=None, primary_key=True)
    callback_id: str = Field(foreign_key="callback.id", index=True)
    at: datetime
    event: str = Field(max_length=40)
    detail: str = ""
