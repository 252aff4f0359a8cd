"""The two questions after a conversation, by keypad."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.calls.survey import Survey
from callback.dialogue import survey_steps
from callback.dialogue.sentences import Speaker
from callback.lines.directory import get_line
from callback.telephony import addresses
from webhooks.requests import Form, Office, VoiceRoute
from webhooks.twiml import render
from webhooks.urls import survey_stage

router = APIRouter(route_class=VoiceRoute)


@router.post(addresses.SURVEY)
async def survey(reservation_id: str, step: str, form: Form, office: Office) -> Response:
    """Write down what was answered and ask on, or thank."""
    async with office.work() as work:
        asked = await work.session.get_one(Survey, reservation_id, with_for_update=True)
        decision = survey_steps.decide(survey_steps.step_named(step), form.digits)
        asked.answer(work.now, helped=decision.helped, score=decision.score)
        line = await get_line(work.session, asked.line_id)
        speaker = Speaker(asked.language, line.zone, work.now)
    return render(decision.turn, speaker, survey_stage(office.addresses, reservation_id))
