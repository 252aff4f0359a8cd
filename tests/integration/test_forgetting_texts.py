"""Texts are deleted when the days of their line are past, and nothing that is still to be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from callback.dialogue.notices import Purpose
from callback.ids import new_id
from callback.lines.line import Line
from callback.messages import forgetting
from callback.messages.forgetting import forget_texts
from callback.messages.message import Message, MessageStatus
from tests.integration.office import Office
from workers.schedule import forget


async def texted(office: Office, line: Line, status: MessageStatus, at: datetime) -> str:
    message = Message(
        id=new_id(office.clock.now()),
        line_id=line.id,
        purpose=Purpose.MISSED,
        to="+14155550111",
        body="we called",
        status=status,
        created_at=at,
        not_before=at,
        not_after=at,
    )
    async with office.database.transaction() as session:
        session.add(message)
    return message.id


async def left(office: Office) -> set[str]:
    async with office.database.reading() as session:
        return set((await session.exec(select(Message.id))).all())


async def test_what_is_over_goes_after_its_days_and_what_is_not_stays(office: Office) -> None:
    now = office.clock.now()
    usual, short = (
        await office.line(),
        await office.line(number="+14155550109", messages_kept_days=1),
    )
    old, young = now - timedelta(days=90, seconds=1), now - timedelta(days=89)
    for status in (MessageStatus.DELIVERED, MessageStatus.ACCEPTED, MessageStatus.DROPPED):
        await texted(office, usual, status, old)
    await texted(office, short, MessageStatus.DELIVERED, young)
    kept = {
        await texted(office, usual, MessageStatus.WRITTEN, old),
        await texted(office, usual, MessageStatus.SENDING, old),
        await texted(office, usual, MessageStatus.DELIVERED, young),
    }
    assert await forget_texts(office.runtime) == 4
    assert await left(office) == kept


async def test_many_go_in_small_transactions(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    line = await office.line()
    for _ in range(5):
        await texted(
            office, line, MessageStatus.DELIVERED, office.clock.now() - timedelta(days=100)
        )
    await forget({"runtime": office.runtime})
    assert await left(office) == set()
