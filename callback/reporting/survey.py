"""What people said after their conversations: in all, by agent, and each answer with its callback."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent
from callback.calls.survey import Survey
from callback.lines.line import Line

LATEST = 500


def summary(surveys: Sequence[Survey]) -> dict[str, Any]:
    """Return how many were asked and answered, the share that was helped (0-1) and the mean score (1-5)."""
    helped = [survey.helped for survey in surveys if survey.helped is not None]
    scores = [survey.score for survey in surveys if survey.score is not None]
    answered = sum(survey.answered_at is not None for survey in surveys)
    return {
        "asked": len(surveys),
        "answered": answered,
        "helped_share": round(sum(helped) / len(helped), 4) if helped else None,
        "mean_score": round(sum(scores) / len(scores), 2) if scores else None,
        "scores": {str(score): scores.count(score) for score in range(1, 6)},
    }


async def survey_report(
    session: AsyncSession, line: Line, start: datetime | None, end: datetime | None
) -> dict[str, Any]:
    """Return the survey of a line over conversations that ended in a stretch of time."""
    query = select(Survey).where(col(Survey.line_id) == line.id)
    if start is not None:
        query = query.where(col(Survey.asked_at) >= start)
    if end is not None:
        query = query.where(col(Survey.asked_at) < end)
    surveys = list((await session.exec(query.order_by(col(Survey.asked_at)))).all())
    names = await _names(session, {survey.agent_id for survey in surveys})
    by_agent = [
        {"agent_id": agent_id, "name": name}
        | summary([survey for survey in surveys if survey.agent_id == agent_id])
        for agent_id, name in sorted(names.items(), key=lambda each: (each[1], each[0]))
    ]
    answered = [survey for survey in surveys if survey.answered_at is not None]
    return {
        "line_id": line.id,
        **summary(surveys),
        "by_agent": by_agent,
        "answers": [_answer(survey) for survey in answered[-LATEST:]],
    }


async def _names(session: AsyncSession, agent_ids: Iterable[str]) -> dict[str, str]:
    found = await session.exec(
        select(Agent.id, Agent.name).where(col(Agent.id).in_(list(agent_ids)))
    )
    return dict(found.all())


def _answer(survey: Survey) -> dict[str, Any]:
    return {
        "asked_at": survey.asked_at.isoformat().replace("+00:00", "Z"),
        "channel": survey.channel,
        "agent_id": survey.agent_id,
        "callback_id": survey.callback_id,
        "call_id": survey.call_id,
        "helped": survey.helped,
        "score": survey.score,
    }
