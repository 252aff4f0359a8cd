"""Use cases: a callback ends before it was made, whatever is under way for it."""

from __future__ import annotations

from sqlmodel import col, select

from callback.calls.call import Call
from callback.dialing.case import case_of_live_leg, live_reservation_of
from callback.dialing.leg import Leg
from callback.dialing.outcomes import cancel
from callback.messages.outbox import drop_pending
from callback.promises.callback import Callback
from callback.promises.lifecycle import CALLBACK_LIFE, CallbackEvent
from callback.promises.owed import open_callback_of
from callback.runtime import Work


async def cancel_callback(
    work: Work, callback: Callback, by: str, hears_goodbye: Leg | None = None
) -> None:
    """Take a promise back; phones that are ringing for it stop, and whoever waits on the line is told.

    Raises:
        IllegalTransition: person and agent are talking, or it is over.

    """
    callback.apply(CallbackEvent.CANCEL, work.now, f"by {by}")
    await _stop(work, callback, hears_goodbye)


async def settle_owed(work: Work, call: Call) -> None:
    """Close the callback that is owed to a caller who talks to an agent now: nobody need ring her any more.

    The call's own row is locked already. Locking a callback after it is the order of the caller's menu.
    """
    if call.phone_number is None:
        return
    owed = await open_callback_of(work.session, call.line_id, call.phone_number)
    if owed is None:
        return
    locked = await work.session.exec(
        select(Callback)
        .where(col(Callback.id) == owed.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    callback = locked.one()
    if CALLBACK_LIFE.allows(callback.status, CallbackEvent.SERVE_LIVE):
        callback.apply(CallbackEvent.SERVE_LIVE, work.now, f"on the person's own call {call.id}")
        await _stop(work, callback, None)


async def _stop(work: Work, callback: Callback, hears_goodbye: Leg | None) -> None:
    await drop_pending(work, callback.id, "no longer owed")
    case = await live_reservation_of(work, callback_id=callback.id)
    if case is None:
        # The agent has gone; the person's phone may still ring, or she waits on the line.
        case = await case_of_live_leg(work, callback.id)
    if case is not None:
        cancel(case, hears_goodbye)
