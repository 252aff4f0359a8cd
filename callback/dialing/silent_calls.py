"""Callers of whose end we were never told: a webhook was lost, and only the telephone company knows."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from callback.calls.call import Call, CallStatus, Direction
from callback.dialing.events import caller_hung_up
from callback.errors import CallGone, TelephonyError
from callback.runtime import Runtime
from callback.telephony.port import ENDED_STATES

log = logging.getLogger(__name__)

ASK_EVERY = timedelta(minutes=10)
ON_THE_LINE = (
    CallStatus.ARRIVING,
    CallStatus.WAITING,
    CallStatus.RESERVED,
    CallStatus.CONNECTED,
    CallStatus.LEAVING,
)


def silent_calls(now: datetime) -> SelectOfScalar[str]:
    """Return the question for the callers to ask about: on the line for long, and not asked about lately."""
    long_ago = now - ASK_EVERY
    return select(Call.id).where(
        col(Call.status).in_(ON_THE_LINE),
        col(Call.arrived_at) <= long_ago,
        col(Call.direction) == Direction.INBOUND,
        col(Call.source) == "own",
        or_(col(Call.asked_at).is_(None), col(Call.asked_at) <= long_ago),
    )


async def resolve_call(runtime: Runtime, call_id: str) -> bool:
    """Ask what became of a caller; who has hung up is taken off the line. Tell whether that was so."""
    async with runtime.work() as work:
        call = await work.session.get(Call, call_id, with_for_update=True)
        if call is None or call.status == CallStatus.ENDED:
            return False
        if call.asked_at is not None and call.asked_at > work.now - ASK_EVERY:
            return False  # another sweep is asking
        call.asked_at = work.now
        call_sid = call.call_sid
    try:
        ended = (await runtime.telephony.fetch_call(call_sid)).state in ENDED_STATES
    except CallGone:
        ended = True
    except TelephonyError as error:
        log.warning("cannot ask what became of call %s: %s", call_sid, error)
        return False
    if not ended:
        return False
    async with runtime.work() as work:
        call = await work.session.get_one(Call, call_id, with_for_update=True)
        await caller_hung_up(work, call)
    log.warning("call %s had ended, and nobody had told", call_sid)
    return True
