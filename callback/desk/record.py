"""What an agent writes down about a conversation: notes while it lasts, and its outcome afterwards."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel


class Outcome(StrEnum):
    """The outcomes to choose from on a line that names none of its own."""

    RESOLVED = "resolved"
    PASSED_ON = "passed_on"
    UNRESOLVED = "unresolved"
    WRONG_PERSON = "wrong_person"


class ContactNote(SQLModel, table=True):
    """A note. Notes are only ever added, so that two open pages never overwrite each other."""

    __tablename__ = "contact_note"

    id: str = Field(primary_key=True, max_length=32)
    reservation_id: str = Field(foreign_key="reservation.id", index=True)
    line_id: str = Field(foreign_key="line.id")
    agent_id: str = Field(foreign_key="agent.id")
    phone_number: str | None = Field(default=None, index=True, max_length=20)
    at: datetime
    text: str = Field(max_length=2000)


class WrapUp(SQLModel, table=True):
    """The outcome of a conversation, once. `resolution` is what was agreed about a complaint."""

    __tablename__ = "wrap_up"

    reservation_id: str = Field(primary_key=True, foreign_key="reservation.id", max_length=32)
    line_id: str = Field(foreign_key="line.id")
    agent_id: str = Field(foreign_key="agent.id", index=True)
    phone_number: str | None = Field(default=None, index=True, max_length=20)
    at: datetime
    disposition: str = Field(max_length=80)
    complaint: bool = False
    resolution: str = Field(default="", max_length=500)
    follow_up_id: str | None = Field(default=None, foreign_key="callback.id")
