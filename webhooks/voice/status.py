"""Status events: into the inbox first, then interpreted; answered with 204 whatever came of it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callback.dialing.events import take
from callback.runtime import Runtime
from callback.telephony import addresses
from webhooks.forms import TwilioForm
from webhooks.requests import Form, Office, StatusRoute

router = APIRouter(route_class=StatusRoute)


async def _take(office: Runtime, form: TwilioForm, subject: str, subject_id: str) -> Response:
    payload = form.kept() | ({"state": form.state.value} if form.state else {})
    key = f"{subject}:{subject_id}:{form.event_key()}"
    await take(office, key, subject, subject_id, form.call_sid, payload)
    return Response(status_code=204)


@router.post(addresses.LEG_STATUS)
async def leg_status(leg_id: str, form: Form, office: Office) -> Response:
    """Take an event of a leg that we placed."""
    return await _take(office, form, "leg", leg_id)


@router.post(addresses.NUMBER_STATUS)
async def number_status(form: Form, office: Office) -> Response:
    """Take the end of a call that came in on one of our numbers."""
    return await _take(office, form, "call", form.call_sid)


@router.post(addresses.CONFERENCE_STATUS)
async def conference_status(reservation_id: str, form: Form, office: Office) -> Response:
    """Take an event of a conference; the legs' own events decide, these tell the story."""
    return await _take(office, form, "conference", reservation_id)


@router.post(addresses.TRIAL_STATUS)
async def trial_status(trial_id: str, form: Form, office: Office) -> Response:
    """Take an event of a trial call."""
    return await _take(office, form, "trial", trial_id)
