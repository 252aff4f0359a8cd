"""Deleting texts that are over, with their words and numbers, once the days of their line are past."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, delete, select

from callback.lines.line import Line
from callback.messages.message import Message, MessageStatus
from callback.runtime import Runtime

BATCH = 1_000
OUT_OR_OVER = tuple(set(MessageStatus) - {MessageStatus.WRITTEN, MessageStatus.SENDING})
"""Nothing is done about these any more; of one that was accepted a receipt may never come."""


async def forget_texts(runtime: Runtime) -> int:
    """Delete what was kept for long enough, in small transactions; return how many texts that were."""
    async with runtime.database.reading() as session:
        lines = list((await session.exec(select(Line).order_by(col(Line.id)))).all())
    gone = 0
    for line in lines:
        while (batch := await _forget(runtime, line)) > 0:
            gone += batch
    return gone


async def _forget(runtime: Runtime, line: Line) -> int:
    async with runtime.work() as work:
        old = (
            select(Message.id)
            .where(
                col(Message.line_id) == line.id,
                col(Message.status).in_(OUT_OR_OVER),
                col(Message.not_before) < work.now - timedelta(days=line.messages_kept_days),
            )
            .limit(BATCH)
        )
        done = await work.session.exec(delete(Message).where(col(Message.id).in_(old)))
        return int(done.rowcount)
