"""The message: one text that we owe somebody, written with its cause and sent afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from callback.columns import words
from callback.dialogue.notices import Purpose
from callback.transitions import Transitions

LEASE = timedelta(seconds=60)
"""How long a worker that is sending a message may be silent before the telephone company is asked."""


class MessageStatus(StrEnum):
    """States of a message.

    * `written`: to be sent; nobody has begun.
    * `sending`: claimed by a worker; the request may or may not have reached the telephone company.
    * `accepted`: taken on by the telephone company.
    * `sent`: handed to the person's carrier.
    * `delivered`, `undelivered`, `failed`: what came of it.
    * `dropped`: never sent, because it had become pointless or was not wanted.
    """

    WRITTEN = "written"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    DROPPED = "dropped"


class MessageEvent(StrEnum):
    """What can happen to a message."""

    CLAIM = "claim"
    PROVE_ABSENT = "prove_absent"
    ACCEPT = "accept"
    SEND = "send"
    DELIVER = "deliver"
    LOSE = "lose"
    FAIL = "fail"
    DROP = "drop"


S, E = MessageStatus, MessageEvent

MESSAGE_LIFE: Transitions[MessageStatus, MessageEvent] = Transitions(
    "message",
    {
        E.CLAIM: [((S.WRITTEN,), S.SENDING)],
        E.PROVE_ABSENT: [((S.SENDING,), S.WRITTEN)],
        E.ACCEPT: [((S.WRITTEN, S.SENDING), S.ACCEPTED)],
        E.SEND: [((S.WRITTEN, S.SENDING, S.ACCEPTED), S.SENT)],
        E.DELIVER: [((S.WRITTEN, S.SENDING, S.ACCEPTED, S.SENT), S.DELIVERED)],
        E.LOSE: [((S.WRITTEN, S.SENDING, S.ACCEPTED, S.SENT), S.UNDELIVERED)],
        E.FAIL: [((S.WRITTEN, S.SENDING, S.ACCEPTED, S.SENT), S.FAILED)],
        E.DROP: [((S.WRITTEN, S.SENDING), S.DROPPED)],
    },
)


class Message(SQLModel, table=True):
    """A text. It is not sent before `not_before`, and dropped after `not_after`.

    `sender` is the line's number that it went out from, known once it was claimed. `attempts` counts the
    requests that were made; `claimed_until` ends the lease of the worker that makes one. `paced`: its turn
    has been given out, and `not_before` is it. The body of a code is forgotten once it is out.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_status_not_before", "status", "not_before"),
        Index("ix_message_status_claimed_until", "status", "claimed_until"),
    )

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="line.id")
    callback_id: str | None = Field(default=None, foreign_key="callback.id", index=True)
    purpose: Purpose = Field(sa_type=words(Purpose))
    to: str = Field(max_length=20, index=True)
    sender: str | None = Field(default=None, max_length=20)
    body: str = Field(max_length=1600)
    status: MessageStatus = Field(default=MessageStatus.WRITTEN, sa_type=words(MessageStatus))
    detail: str = ""
    attempts: int = 0
    paced: bool = False
    created_at: datetime
    not_before: datetime
    not_after: datetime
    claimed_until: datetime | None = None
    sid: str | None = Field(default=None, unique=True, max_length=34)
    accepted_at: datetime | None = None
    ended_at: datetime | None = None

    def apply(self, event: MessageEvent, at: datetime, detail: str = "") -> None:
        """Change the status by `event`; the only way to do so.

        Raises:
            IllegalTransition: the present status does not know the event.

        """
        self.status = MESSAGE_LIFE.next(self.status, event)
        if detail:
            self.detail = detail
        if MESSAGE_LIFE.is_terminal(self.status):
            self.ended_at = at
        if self.purpose == Purpose.CODE and self.status not in {S.WRITTEN, S.SENDING}:
            self.body = ""

    def learn(self, event: MessageEvent, at: datetime, detail: str = "") -> bool:
        """Apply what was told, unless something later was told before; tell whether it was news."""
        if not MESSAGE_LIFE.allows(self.status, event):
            return False
        self.apply(event, at, detail)
        return True

    def bind(self, sid: str, at: datetime) -> bool:
        """Learn the telephone company's name for this message; tell whether it was news."""
        if self.sid is not None:
            return False
        self.sid = sid
        self.accepted_at = at
        self.learn(MessageEvent.ACCEPT, at)
        return True
