"""The inbox of status events: recorded first, under a unique key, and only then interpreted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel


class StatusEvent(SQLModel, table=True):
    """One thing that the telephone company told us about a call or a text.

    `key` is unique: a repeated event finds its place taken. `subject` says which of our rows it concerns
    (`call`, `leg`, `conference` or `message`); of a message `call_sid` holds the name. `result` is empty until
    it was applied, then says what came of it.
    """

    __tablename__ = "status_event"
    __table_args__ = (Index("ix_status_event_applied_at", "applied_at", "received_at"),)

    id: str = Field(primary_key=True, max_length=32)
    key: str = Field(unique=True, max_length=160)
    subject: str = Field(max_length=16)
    subject_id: str = Field(max_length=64)
    call_sid: str = Field(max_length=34, index=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    received_at: datetime
    applied_at: datetime | None = None
    result: str = ""
