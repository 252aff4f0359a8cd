"""Use case: cancel a callback, whatever is under way for it."""

from __future__ import annotations

from callback.dialing.case import case_of_live_leg, live_reservation_of
from callback.dialing.leg import Leg
from callback.dialing.outcomes import cancel
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent
from callback.runtime import Work


async def cancel_callback(
    work: Work, callback: Callback, by: str, hears_goodbye: Leg | None = None
) -> None:
    """Take a promise back; phones that are ringing for it stop, and whoever waits on the line is told.

    Raises:
        IllegalTransition: person and agent are talking, or it is over.

    """
    callback.apply(CallbackEvent.CANCEL, work.now, f"by {by}")
    case = await live_reservation_of(work, callback_id=callback.id)
    if case is None:
        # The agent has gone; the person's phone may still ring, or she waits on the line.
        case = await case_of_live_leg(work, callback.id)
    if case is not None:
        cancel(case, hears_goodbye)
