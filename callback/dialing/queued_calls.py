"""Calls that the telephone company took on and keeps in its queue: called off before they ring somebody late.

Beyond the rate of the account calls are queued, not refused, and may leave up to a day later. Our own pace
keeps clear of that, unless the account's rate is lower than we were told, or others dial by the same account.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from callback.dialing.attempts import call_again, given_up, not_reached
from callback.dialing.case import Case
from callback.dialing.leg import Leg, LegOutcome, LegRole
from callback.dialing.outcomes import leg_over, still_trying
from callback.errors import CallGone
from callback.promises.callback import Callback
from callback.runtime import Runtime
from callback.telephony.port import CallState, KnownCall

log = logging.getLogger(__name__)

QUEUED_AT_MOST = timedelta(seconds=90)
"""How long a call may be in the queue: the usual ring time and a minute."""
AGAIN_AFTER = timedelta(minutes=1)
MOST_TIMES = 5
"""So often a person's calls may be called off for one promise; then the telephone company is of no help."""
WHY = "never left the telephone company's queue"


def is_stale(known: KnownCall, placed_at: datetime | None, now: datetime) -> bool:
    """Tell whether a call has been in the queue for too long."""
    return (
        known.state == CallState.QUEUED
        and placed_at is not None
        and placed_at <= now - QUEUED_AT_MOST
    )


async def call_off(runtime: Runtime, known: KnownCall) -> KnownCall:
    """Cancel a queued call and return what is known of it then; it may have been picked up meanwhile.

    Raises:
        TelephonyError: it could not be canceled, or could not be asked about.

    """
    try:
        await runtime.telephony.call_off(known.call_sid)
    except CallGone:
        return await runtime.telephony.fetch_call(known.call_sid)
    log.warning("call %s was still in the queue and was called off", known.call_sid)
    return replace(known, state=CallState.CANCELED)


async def never_rang(case: Case, leg: Leg) -> None:
    """Draw the conclusion from a call that was canceled before it rang: it counts as no attempt.

    The person is called again after a minute, unless that has happened too often: then she is told as after a
    last attempt. An agent's is no miss of hers.
    """
    callback = case.callback
    if leg.role != LegRole.PERSON or callback is None or not still_trying(case, leg):
        await leg_over(case, leg, LegOutcome.CANCELED, WHY)
        return
    if not leg.end(case.now, LegOutcome.CANCELED, WHY):
        return
    callback.attempt_withdrawn(leg.placed_at)
    leg.placed_at = None
    if await _times_called_off(case, callback) >= MOST_TIMES:
        not_reached(case)
        given_up(case, callback, f"{WHY}, {MOST_TIMES} times")
        return
    not_reached(case)
    call_again(case, callback, case.now + AGAIN_AFTER, WHY)


async def _times_called_off(case: Case, callback: Callback) -> int:
    """Count the calls to the person that never left the queue since the window began that is promised now."""
    await case.work.session.flush()
    found = await case.work.session.exec(
        select(func.count())
        .select_from(Leg)
        .where(
            col(Leg.callback_id) == callback.id,
            col(Leg.role) == LegRole.PERSON,
            col(Leg.outcome) == LegOutcome.CANCELED,
            col(Leg.detail) == WHY,
            col(Leg.created_at) >= callback.promised_from,
        )
    )
    return found.one()
