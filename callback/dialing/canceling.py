"""Use case: cancel a callback, whatever is under way for it."""

from __future__ import annotations

from callback.dialing.case import live_reservation_of
from callback.dialing.outcomes import cancel
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent
from callback.runtime import Work


async def cancel_callback(work: Work, callback: Callback, by: str) -> None:
    """Take a promise back; phones that are ringing for it stop.

    Raises:
        IllegalTransition: person and agent are talking, or it is over.

    """
    callback.apply(CallbackEvent.CANCEL, work.now, f"by {by}")
    case = await live_reservation_of(work, callback_id=callback.id)
    if case is not None:
        cancel(case)
