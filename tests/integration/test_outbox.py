"""The outbox: written with its cause, sent once, told how far it came."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import cast

import pytest
from sqlmodel import select

from callback.dialing.permission import may_be_dialed
from callback.dialing.recovery import sweep
from callback.dialogue.notices import Purpose
from callback.errors import TelephonyRefused, TelephonyUnavailable, TelephonyUncertain
from callback.jobs import JobName
from callback.lines.line import Line
from callback.messages.message import LEASE, Message, MessageStatus
from callback.messages.no_texts import NoTexts, NoTextsReason, start_texts, stop_texts
from callback.messages.outbox import drop_pending, send_text
from callback.messages.receipts import apply_receipt
from callback.promises.callback import Callback, CallbackKind
from callback.promises.do_not_call import put_on_list
from callback.promises.lifecycle import CallbackStatus
from callback.promises.requesting import get_callback
from callback.promises.texting import remind, text
from callback.telephony.port import TextState
from tests.integration.office import LINE_NUMBER, PUBLIC, Office

SM = "SM" + "9" * 32


async def written(office: Office, purpose: Purpose = Purpose.MISSED, **line: object) -> Message:
    """A line, somebody to whom a call is owed, and a text about it."""
    owed = await office.owed(await office.line(**line))
    return await one_more(office, owed, purpose)


async def one_more(office: Office, owed: Callback, purpose: Purpose) -> Message:
    async with office.runtime.work() as work:
        line = await work.session.get_one(Line, owed.line_id)
        message = text(work, line, owed, purpose)
    assert message is not None
    return message


async def now(office: Office, message: Message) -> Message:
    return cast(Message, await office.again(message))


async def test_a_text_is_owed_with_its_cause_and_goes_out_once(office: Office) -> None:
    message = await written(office)
    wishes = [wake.job for wake, _ in office.jobs.wishes]
    assert wishes == [JobName.SEND_TEXT]
    assert await send_text(office.runtime, message.id)
    assert not await send_text(office.runtime, message.id)
    (order,) = office.telephony.texts
    assert (order.to, order.sender) == (message.to, LINE_NUMBER)
    assert order.body.startswith("Support: we called as promised")
    assert order.status_url.startswith(f"{PUBLIC}/twilio/messaging/status/{message.id}")
    assert (await now(office, message)).status is MessageStatus.ACCEPTED


async def test_nothing_is_sent_if_the_cause_is_undone(office: Office) -> None:
    line = await office.line()
    owed = await office.owed(line)

    async def undone() -> None:
        async with office.runtime.work() as work:
            text(work, line, owed, Purpose.MISSED)
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        await undone()
    async with office.database.reading() as session:
        assert (await session.exec(select(Message))).all() == []
    assert office.jobs.wishes == []


async def test_many_workers_send_one_text(office: Office) -> None:
    message = await written(office)
    done = await asyncio.gather(*(send_text(office.runtime, message.id) for _ in range(8)))
    assert sum(done) == 1
    assert len(office.telephony.texts) == 1


async def test_the_sweep_sends_what_nobody_was_woken_for(office: Office) -> None:
    message = await written(office)
    office.clock.move(timedelta(seconds=2))
    await sweep(office.runtime)
    assert (await now(office, message)).status is MessageStatus.ACCEPTED


async def test_a_lost_answer_is_asked_about_and_the_text_not_sent_again(office: Office) -> None:
    message = await written(office)
    office.telephony.trouble = [TelephonyUncertain("no answer")]
    assert not await send_text(office.runtime, message.id)
    assert (await now(office, message)).status is MessageStatus.SENDING
    await sweep(office.runtime)
    assert office.telephony.asked == 0
    office.clock.move(LEASE + timedelta(seconds=1))
    await sweep(office.runtime)
    found = await now(office, message)
    assert (found.status, len(office.telephony.texts)) == (MessageStatus.ACCEPTED, 1)
    assert found.sid in office.telephony.known_texts


async def test_a_text_that_was_proven_absent_is_sent_again(office: Office) -> None:
    message = await written(office)
    office.telephony.trouble = [TelephonyUncertain("no answer")]
    await send_text(office.runtime, message.id)
    office.telephony.known_texts.clear()
    office.clock.move(LEASE + timedelta(seconds=1))
    await sweep(office.runtime)
    office.clock.move(timedelta(seconds=10))
    await sweep(office.runtime)
    found = await now(office, message)
    assert (found.status, found.attempts) == (MessageStatus.ACCEPTED, 2)


async def test_the_same_words_sent_before_are_not_taken_for_the_lost_ones(office: Office) -> None:
    first = await written(office)
    owed = await office.again(Callback(id=first.callback_id))  # type: ignore[call-arg]
    await send_text(office.runtime, first.id)
    second = await one_more(office, cast(Callback, owed), Purpose.MISSED)
    office.clock.move(timedelta(seconds=1))
    office.telephony.trouble = [TelephonyUncertain("no answer")]
    await send_text(office.runtime, second.id)
    lost = office.telephony.known_texts.popitem()
    assert lost[1][1].body == first.body
    office.clock.move(LEASE + timedelta(seconds=1))
    await sweep(office.runtime)
    assert (await now(office, second)).status is MessageStatus.WRITTEN


async def test_what_was_surely_not_sent_is_tried_again_a_few_times(office: Office) -> None:
    message = await written(office)
    office.telephony.trouble = [TelephonyUnavailable("busy") for _ in range(5)]
    for _ in range(5):
        await send_text(office.runtime, message.id)
        office.clock.move(timedelta(minutes=3))
    found = await now(office, message)
    assert (found.status, found.attempts) == (MessageStatus.FAILED, 5)


@pytest.mark.parametrize(
    ("code", "reason"),
    [(21610, NoTextsReason.STOPPED), (21614, NoTextsReason.CANNOT), (30034, None)],
)
async def test_who_may_not_be_texted_is_remembered(
    office: Office, code: int, reason: NoTextsReason | None
) -> None:
    message = await written(office)
    office.telephony.trouble = [TelephonyRefused("refused", code)]
    await send_text(office.runtime, message.id)
    assert (await now(office, message)).status is MessageStatus.FAILED
    async with office.database.reading() as session:
        entry = await session.get(NoTexts, (message.to, LINE_NUMBER))
    assert (entry and entry.reason) == reason


async def test_stop_holds_until_start(office: Office) -> None:
    first = await written(office)
    async with office.runtime.work() as work:
        await stop_texts(work, first.to, LINE_NUMBER)
        await stop_texts(work, first.to, LINE_NUMBER)
    assert not await send_text(office.runtime, first.id)
    dropped = await now(office, first)
    assert (dropped.status, dropped.detail) == (
        MessageStatus.DROPPED,
        "no texts to this number: stopped",
    )
    async with office.runtime.work() as work:
        await start_texts(work, first.to, LINE_NUMBER)
    owed = cast(Callback, await office.again(Callback(id=first.callback_id)))  # type: ignore[call-arg]
    assert await send_text(office.runtime, (await one_more(office, owed, Purpose.MISSED)).id)


async def test_a_text_that_comes_too_late_is_dropped(office: Office) -> None:
    message = await written(office)
    office.clock.move(timedelta(hours=13))
    assert not await send_text(office.runtime, message.id)
    assert (await now(office, message)).detail == "too late"


async def test_a_line_that_sends_no_texts_owes_none(office: Office) -> None:
    line = await office.line(texts=False)
    owed = await office.owed(line)
    async with office.runtime.work() as work:
        assert text(work, line, owed, Purpose.MISSED) is None


async def test_a_phone_that_takes_no_texts_is_owed_none(office: Office) -> None:
    line = await office.line()
    owed = await office.owed(line, phone_number="+442071234567")
    async with office.runtime.work() as work:
        assert text(work, line, owed, Purpose.MISSED) is None


async def test_texts_go_out_no_faster_than_the_carrier_takes_them(office: Office) -> None:
    office.runtime.settings.__dict__["twilio_texts_per_second"] = 1.0
    line = await office.line()
    messages = [
        await one_more(office, await office.owed(line, number), Purpose.MISSED)
        for number in range(3)
    ]
    for message in messages:
        await send_text(office.runtime, message.id)
    assert len(office.telephony.texts) == 1
    at = [when for wake, when in office.jobs.wishes if when is not None]
    assert at == [office.clock.now() + timedelta(seconds=seconds) for seconds in (1, 2)]
    office.clock.move(timedelta(seconds=1))
    for message in messages:
        await send_text(office.runtime, message.id)
    assert [order.to for order in office.telephony.texts] == [each.to for each in messages[:2]]


async def test_receipts_tell_how_far_it_came_in_whatever_order(office: Office) -> None:
    message = await written(office)
    told = [TextState.SENT, TextState.DELIVERED, TextState.ACCEPTED, TextState.SENT]
    async with office.runtime.work() as work:
        results = [await apply_receipt(work, message.id, SM, state, "") for state in told]
        assert await apply_receipt(work, message.id, "SM" + "8" * 32, told[0], "") == (
            "of another message"
        )
    assert results == ["applied", "applied", "late", "late"]
    found = await now(office, message)
    assert (found.status, found.sid) == (MessageStatus.DELIVERED, SM)
    # The wake-up that comes now finds that it went out already.
    assert not await send_text(office.runtime, message.id)


async def test_a_landline_is_learnt_from_the_receipt(office: Office) -> None:
    message = await written(office)
    await send_text(office.runtime, message.id)
    sid = (await now(office, message)).sid or ""
    async with office.runtime.work() as work:
        await apply_receipt(work, message.id, sid, TextState.UNDELIVERED, "30006")
    async with office.database.reading() as session:
        assert await session.get(NoTexts, (message.to, LINE_NUMBER)) is not None


async def test_a_reminder_waits_for_its_time_and_is_dropped_with_its_promise(
    office: Office,
) -> None:
    line = await office.line(remind_before_minutes=30)
    start = office.clock.now() + timedelta(hours=3)
    owed = await office.owed(
        line,
        kind=CallbackKind.SCHEDULED,
        status=CallbackStatus.SCHEDULED,
        promised_from=start,
        promised_until=start + timedelta(minutes=15),
        due_at=start,
    )
    async with office.runtime.work() as work:
        remind(work, line, owed)
    ((wake, at),) = office.jobs.wishes
    assert at == start - timedelta(minutes=30)
    assert not await send_text(office.runtime, wake.subject_id)
    async with office.runtime.work() as work:
        await drop_pending(work, owed.id, "canceled")
    office.clock.move_to(at)
    assert not await send_text(office.runtime, wake.subject_id)
    assert office.telephony.texts == []


@pytest.mark.parametrize(("minutes", "before"), [(59, 30), (600, 0)])
async def test_no_reminder_of_what_is_near_or_where_the_line_wants_none(
    office: Office, minutes: int, before: int
) -> None:
    line = await office.line(remind_before_minutes=before)
    start = office.clock.now() + timedelta(minutes=minutes)
    owed = await office.owed(line, kind=CallbackKind.SCHEDULED, promised_from=start)
    async with office.runtime.work() as work:
        remind(work, line, owed)
    assert office.jobs.wishes == []


async def test_a_promise_that_ran_out_is_called_off_by_text(office: Office) -> None:
    owed = await office.owed(await office.line())
    office.clock.move(timedelta(hours=25))
    await sweep(office.runtime)
    async with office.database.reading() as session:
        (message,) = (await session.exec(select(Message))).all()
    assert (message.callback_id, message.purpose) == (owed.id, Purpose.CALLED_OFF)


@pytest.mark.parametrize(
    ("number", "listed", "purposes"),
    [("+14155552000", False, [Purpose.CALLED_OFF]), ("+14155552000", True, [])],
)
async def test_a_rule_that_forbids_the_call_is_told_unless_the_person_made_it(
    office: Office, number: str, listed: bool, purposes: list[Purpose]
) -> None:
    line = await office.line(blocked_prefixes=["+1415555"])
    owed = await office.owed(line, phone_number=number)
    async with office.runtime.work() as work:
        if listed:
            await put_on_list(work, number, "the person")
        callback = await get_callback(work, owed.id)
        assert not await may_be_dialed(work, [(line, callback)])
    async with office.database.reading() as session:
        texts = (await session.exec(select(Message))).all()
    assert [each.purpose for each in texts] == purposes
