"""Sending what is written: claim, commit, send, record. Nothing is sent twice knowingly.

A request whose answer was lost is not repeated before the telephone company's own list has shown that it
holds no such message.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlmodel import col, select, update

from callback.errors import (
    TelephonyError,
    TelephonyRefused,
    TelephonyUnavailable,
    TelephonyUncertain,
)
from callback.jobs import JobName
from callback.lines.directory import numbers_of
from callback.lines.line import Line
from callback.messages.message import LEASE, Message, MessageEvent, MessageStatus
from callback.messages.no_texts import NoTextsReason, stop_texts, wants_none
from callback.messages.pacing import give_turn
from callback.runtime import Runtime, Work
from callback.telephony.port import KnownText, TextOrder

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=5)
MOST_ATTEMPTS = 5
CLOCKS_DIFFER = timedelta(seconds=10)
STOPPED = 21610
TAKES_NO_TEXTS = frozenset({21614, 21635})
"""Twilio's errors: the person said STOP; the number is no mobile one, or a landline."""


async def send_text(runtime: Runtime, message_id: str) -> bool:
    """Send a written message, once; tell whether it was sent.

    Whoever claims it first sends it; everyone else finds nothing to do.
    """
    async with runtime.work() as work:
        order = await _claim(runtime, work, message_id)
    if order is None:
        return False
    try:
        sid = await runtime.telephony.send_text(order)
    except TelephonyUncertain as error:
        log.warning("message %s may have been sent (%s); asking first", message_id, error)
        return False
    except TelephonyError as error:
        await _not_sent(runtime, message_id, error)
        return False
    async with runtime.work() as work:
        message = await _locked(work, message_id)
        message.bind(sid, work.now)
    return True


async def _locked(work: Work, message_id: str) -> Message:
    return await work.session.get_one(Message, message_id, with_for_update=True)


async def _claim(runtime: Runtime, work: Work, message_id: str) -> TextOrder | None:
    message = await work.session.get(Message, message_id, with_for_update=True)
    if message is None or message.status != MessageStatus.WRITTEN or message.not_before > work.now:
        return None
    line = await work.session.get_one(Line, message.line_id)
    sender = (await numbers_of(work.session, line.id))[0]
    why_not = await _pointless(work, message, line, sender)
    if why_not:
        message.apply(MessageEvent.DROP, work.now, why_not)
        return None
    await give_turn(work, message, runtime.settings.twilio_texts_per_second)
    if message.not_before > work.now:
        work.wake(JobName.SEND_TEXT, message.id, at=message.not_before)
        return None
    message.apply(MessageEvent.CLAIM, work.now)
    message.sender = sender
    message.attempts += 1
    message.claimed_until = work.now + LEASE
    return TextOrder(message.to, sender, message.body, runtime.addresses.message_status(message.id))


async def _pointless(work: Work, message: Message, line: Line, sender: str) -> str:
    if not line.texts:
        return "the line sends no texts"
    if message.not_after < work.now:
        return "too late"
    reason = await wants_none(work.session, message.to, sender)
    if reason is not None:
        return f"no texts to this number: {reason}"
    return ""


async def _not_sent(runtime: Runtime, message_id: str, error: TelephonyError) -> None:
    async with runtime.work() as work:
        message = await _locked(work, message_id)
        if message.status != MessageStatus.SENDING:
            return
        if isinstance(error, TelephonyUnavailable) and message.attempts < MOST_ATTEMPTS:
            _again(work, message)
            return
        log.error("message %s was not sent: %s", message_id, error)
        if isinstance(error, TelephonyRefused) and message.sender is not None:
            await _heed(work, message.to, message.sender, error.code)
        message.apply(MessageEvent.FAIL, work.now, str(error))


async def _heed(work: Work, to: str, sender: str, code: int | None) -> None:
    if code == STOPPED:
        await stop_texts(work, to, sender)
    elif code in TAKES_NO_TEXTS:
        await stop_texts(work, to, sender, NoTextsReason.CANNOT)


def _again(work: Work, message: Message) -> None:
    message.apply(MessageEvent.PROVE_ABSENT, work.now)
    message.not_before = work.now + AGAIN_AFTER * 2 ** (message.attempts - 1)
    work.wake(JobName.SEND_TEXT, message.id, at=message.not_before)


async def resolve_text(runtime: Runtime, message_id: str) -> bool:
    """Ask the telephone company whether it has a message whose sending was never answered."""
    async with runtime.work() as work:
        message = await work.session.get(Message, message_id, with_for_update=True)
        if message is None or message.status != MessageStatus.SENDING:
            return False
        if message.claimed_until is not None and message.claimed_until > work.now:
            return False  # another sweep is asking
        message.claimed_until = work.now + LEASE
        to, since = message.to, message.created_at - CLOCKS_DIFFER
    try:
        found = await runtime.telephony.find_texts(to, since)
    except TelephonyError as error:
        log.warning("cannot ask what became of message %s: %s", message_id, error)
        return False
    await _adopt_or_send_again(runtime, message_id, found)
    return True


async def _adopt_or_send_again(runtime: Runtime, message_id: str, found: list[KnownText]) -> None:
    async with runtime.work() as work:
        message = await _locked(work, message_id)
        if message.status != MessageStatus.SENDING:
            return
        # A trial account's messages begin with words of the telephone company's own.
        alike = [
            each
            for each in found
            if each.sender == message.sender and each.body.endswith(message.body)
        ]
        taken = await work.session.exec(
            select(Message.sid).where(col(Message.sid).in_([each.sid for each in alike]))
        )
        strangers = set(taken.all())
        ours = next((each for each in alike if each.sid not in strangers), None)
        if ours is not None:
            log.warning("message %s had been sent after all", message_id)
            message.bind(ours.sid, work.now)
        elif message.attempts >= MOST_ATTEMPTS:
            message.apply(MessageEvent.FAIL, work.now, "no answer, however often it was asked")
        else:
            _again(work, message)


async def drop_pending(work: Work, callback_id: str, why: str) -> None:
    """Send nothing that is still written about a callback, because something else holds now."""
    await work.session.exec(
        update(Message)
        .where(
            col(Message.callback_id) == callback_id, col(Message.status) == MessageStatus.WRITTEN
        )
        .values(status=MessageStatus.DROPPED, detail=why, ended_at=work.now)
    )
