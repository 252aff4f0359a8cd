"""After a conversation: the person is asked how it was, as the line wishes, once."""

from __future__ import annotations

from datetime import timedelta

from callback.calls.survey import Survey
from callback.dialing.case import Case
from callback.dialing.reservation import ReservationEnd
from callback.dialogue.notices import Purpose
from callback.dialogue.survey_steps import text_questions
from callback.lines.line import SurveyChannel
from callback.promises.texting import write_text

SHORTEST_TALK = timedelta(seconds=8)
"""Whose agent has gone sooner has hardly talked, and is not asked how it was."""


async def begin_voice_survey(case: Case) -> bool:
    """Note that the person who is still on the line is asked now; tell whether she is to be."""
    reservation = case.reservation
    if case.line.survey != SurveyChannel.VOICE or reservation.ending != ReservationEnd.FINISHED:
        return False
    if reservation.connected_at is None or case.now < reservation.connected_at + SHORTEST_TALK:
        return False
    if await case.work.session.get(Survey, case.reservation.id) is not None:
        return False
    case.work.session.add(_survey(case, SurveyChannel.VOICE))
    return True


def text_survey(case: Case) -> None:
    """Owe the person of a finished conversation the questions as a text, if that is how the line asks."""
    number, language = _person(case)
    if case.line.survey != SurveyChannel.TEXT or number is None:
        return
    says = text_questions(case.line.name)
    if write_text(case.work, case.line, number, language, Purpose.SURVEY, says) is not None:
        case.work.session.add(_survey(case, SurveyChannel.TEXT))


def _person(case: Case) -> tuple[str | None, str]:
    contact = case.callback or case.call
    if contact is None:
        return None, case.line.language
    return contact.phone_number, contact.language


def _survey(case: Case, channel: SurveyChannel) -> Survey:
    number, language = _person(case)
    return Survey(
        reservation_id=case.reservation.id,
        line_id=case.line.id,
        agent_id=case.agent.id,
        callback_id=case.reservation.callback_id,
        call_id=case.reservation.call_id,
        phone_number=number,
        language=language,
        channel=channel,
        asked_at=case.now,
    )
