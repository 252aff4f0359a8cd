"""A trial call: whoever set the system up hears that the line can call people, and says so by a key."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.dialing.trying_out import trial_on_the_line
from callback.dialogue import trial_steps
from callback.dialogue.sentences import Speaker
from callback.telephony import addresses
from webhooks.requests import Form, Office, VoiceRoute
from webhooks.twiml import render
from webhooks.urls import trial_stage

router = APIRouter(route_class=VoiceRoute)


@router.post(addresses.TRIAL)
async def trial(trial_id: str, step: str, form: Form, office: Office) -> Response:
    """Say what is heard at this step of a trial call."""
    async with office.work() as work:
        trial, line = await trial_on_the_line(work, trial_id, form.call_sid)
        turn = trial_steps.turn(step, form.digits, line.name)
        if turn.confirms and trial.confirmed_at is None:
            trial.confirmed_at = work.now
        speaker = Speaker(line.language, line.zone, work.now)
    return render(turn.turn, speaker, trial_stage(office.addresses, trial_id))
