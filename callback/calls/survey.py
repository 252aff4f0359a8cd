"""The survey: two questions after a conversation, tied to its callback or call, its agent and its line."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.columns import words
from callback.lines.line import SurveyChannel

ANSWERED_WITHIN = timedelta(hours=24)
"""How long a number that is texted back counts as an answer."""


class Survey(SQLModel, table=True):
    """The questions after one conversation, named by its reservation, and what was answered.

    `helped`: the person's question was answered. `score` runs from 1 to 5, the best. Both are null until
    they are given; nobody is asked twice.
    """

    __tablename__ = "survey"
    __table_args__ = (
        Index("ix_survey_line_id_asked_at", "line_id", "asked_at"),
        Index("ix_survey_phone_number_line_id", "phone_number", "line_id"),
    )

    reservation_id: str = Field(primary_key=True, max_length=32, foreign_key="reservation.id")
    line_id: str = Field(foreign_key="line.id")
    agent_id: str = Field(foreign_key="agent.id", index=True)
    callback_id: str | None = Field(default=None, foreign_key="callback.id", index=True)
    call_id: str | None = Field(default=None, foreign_key="call.id", index=True)
    phone_number: str | None = Field(default=None, max_length=20)
    language: str = Field(max_length=16)
    channel: SurveyChannel = Field(sa_type=words(SurveyChannel))
    asked_at: datetime
    helped: bool | None = None
    score: int | None = None
    answered_at: datetime | None = None

    def answer(self, at: datetime, *, helped: bool | None = None, score: int | None = None) -> None:
        """Write down an answer; what was answered before stays."""
        if self.helped is None and helped is not None:
            self.helped, self.answered_at = helped, at
        if self.score is None and score is not None:
            self.score, self.answered_at = score, at


async def open_text_survey(
    session: AsyncSession, line_id: str, number: str, now: datetime
) -> Survey | None:
    """Return the newest survey that was texted to a number and still lacks an answer, or None."""
    found = await session.exec(
        select(Survey)
        .where(
            col(Survey.phone_number) == number,
            col(Survey.line_id) == line_id,
            col(Survey.channel) == SurveyChannel.TEXT,
            col(Survey.asked_at) > now - ANSWERED_WITHIN,
        )
        .order_by(col(Survey.asked_at).desc())
        .limit(1)
    )
    survey = found.first()
    return survey if survey is not None and survey.score is None else None
