"""Which days of the telephone company's own log have been brought in whole, so that an import can go on."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel


class ImportedDay(SQLModel, table=True):
    """A day (in UTC) of which all calls of a line are in our log; `calls` were brought in with it."""

    __tablename__ = "imported_day"

    line_id: str = Field(primary_key=True, foreign_key="line.id", max_length=32)
    day: date = Field(primary_key=True)
    calls: int
    imported_at: datetime
