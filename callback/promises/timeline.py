"""Timelines of many callbacks written down by one statement, where each note alone would take one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import insert

from callback.promises.callback import NOTES, TimelineEntry
from callback.runtime import Work


@asynccontextmanager
async def notes_together(work: Work) -> AsyncIterator[None]:
    """Gather what callbacks note within the block and write it down at its end.

    Within the block nothing of it can be read, and on a failure nothing of it is written.
    """
    info = work.session.sync_session.info
    gathered = info[NOTES] = []
    try:
        yield
    finally:
        del info[NOTES]
    if gathered:
        await work.session.flush()
        connection = await work.session.connection()
        await connection.execute(insert(TimelineEntry), gathered)
