"""Promises in danger: nobody has been dialled for them yet, and their window is about to end."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from callback.promises.callback import Callback
from callback.promises.lifecycle import OPEN
from callback.runtime import Work

log = logging.getLogger(__name__)

ALERT_BEFORE = timedelta(minutes=3)
"""How long before the end of its window a promise without an attempt is in danger."""


def endangered(now: datetime) -> SelectOfScalar[str]:
    """Return the question for the callbacks in danger, those whose window has ended included."""
    return select(Callback.id).where(
        col(Callback.status).in_(list(OPEN)),
        col(Callback.promise_kept).is_(None),
        col(Callback.first_placed_at).is_(None),
        col(Callback.promised_until) <= now + ALERT_BEFORE,
    )


def untold(now: datetime) -> SelectOfScalar[str]:
    """Return the question for the callbacks in danger of which nobody has been told yet."""
    return endangered(now).where(col(Callback.alerted_at).is_(None))


async def alert(work: Work, callback_id: str) -> bool:
    """Tell of a promise in danger, once: on its timeline and in the log; tell whether this was the time."""
    found = await work.session.exec(
        select(Callback)
        .where(col(Callback.id) == callback_id, col(Callback.id).in_(untold(work.now)))
        .with_for_update(skip_locked=True)
    )
    callback = found.first()
    if callback is None:
        return False
    callback.alerted_at = work.now
    until = callback.promised_until.isoformat()
    callback.note("danger", work.now, f"nobody was dialled yet, and its window ends at {until}")
    log.warning("callback %s is in danger: its window ends at %s", callback.id, until)
    return True
