"""Use case: tell somebody by text, in their language and on their clock, about a callback of theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, select

from callback.dialogue.notices import NoticeFacts, Purpose, notice
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Say
from callback.ids import new_id
from callback.inserting import Row
from callback.jobs import JobName
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.messages.message import Message
from callback.messages.no_texts import takes_texts
from callback.messages.outbox import drop_pending
from callback.phone import person_zone
from callback.promises.callback import Callback, CallbackKind
from callback.runtime import Work

WORTH_SENDING = timedelta(hours=12)
"""How long a text that could not be sent yet is still worth sending."""
LINK_LASTS = timedelta(days=1)
"""How long after the end of its window a callback's page can be opened."""


def text(
    work: Work,
    line: Line,
    callback: Callback,
    purpose: Purpose,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
) -> Message | None:
    """Owe the person of a callback a text, written with what this work commits and sent afterwards.

    It speaks of the promise as it stands at this moment, is sent no sooner than `at` (None: at once) and not
    after `until`. Returns None where the line sends no texts or the phone takes none.
    """
    return _add(work, _text(work, line, callback, purpose, at=at, until=until))


def write_text(
    work: Work,
    line: Line,
    number: str,
    language: str,
    purpose: Purpose,
    says: tuple[Say, ...],
    *,
    until: datetime | None = None,
) -> Message | None:
    """Write a text to a number into the outbox; None where it would reach nobody."""
    return _add(work, _worded(work, line, number, language, purpose, says, until=until))


def texts_of_promise(work: Work, line: Line, callback: Callback, *, confirms: bool) -> list[Row]:
    """Return the texts that a new promise owes, as rows of `Message` to be written down by the caller."""
    texts = [_text(work, line, callback, Purpose.PROMISED)] if confirms else []
    texts.append(_reminder(work, line, callback))
    return [text for text in texts if text is not None]


def _add(work: Work, text: Row | None) -> Message | None:
    if text is None:
        return None
    message = Message(**text)
    work.session.add(message)
    return message


def _text(
    work: Work,
    line: Line,
    callback: Callback,
    purpose: Purpose,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
) -> Row | None:
    window = Window(callback.promised_from, callback.promised_until)
    facts = NoticeFacts(
        line.name,
        window,
        callback.kind == CallbackKind.ASAP,
        work.links.page(callback.id, window.until + LINK_LASTS, callback.link_generation),
    )
    says = notice(purpose, facts)
    return _worded(
        work, line, callback.phone_number, callback.language, purpose, says,
        callback_id=callback.id, at=at, until=until,
    )  # fmt: skip


def _worded(
    work: Work,
    line: Line,
    number: str,
    language: str,
    purpose: Purpose,
    says: tuple[Say, ...],
    *,
    callback_id: str | None = None,
    at: datetime | None = None,
    until: datetime | None = None,
) -> Row | None:
    """Return a text, worded for the instant at which it is to be sent, and have it sent once it is written."""
    if not line.texts or not takes_texts(number):
        return None
    when = at or work.now
    speaker = Speaker(language, person_zone(number, line.zone), when, line.zone)
    message_id = new_id(work.now)
    work.wake(JobName.SEND_TEXT, message_id, at=at)
    return {
        "id": message_id,
        "line_id": line.id,
        "callback_id": callback_id,
        "purpose": purpose,
        "to": number,
        "body": " ".join(speaker.text(say) for say in says),
        "created_at": work.now,
        "not_before": when,
        "not_after": until or when + WORTH_SENDING,
    }


async def text_anew(work: Work, line: Line, callback: Callback, purpose: Purpose) -> None:
    """Tell of a promise that now holds instead of another, and remind of it when it comes near."""
    await drop_pending(work, callback.id, "the promise has changed")
    text(work, line, callback, purpose)
    remind(work, line, callback)


def remind(work: Work, line: Line, callback: Callback) -> None:
    """Owe a reminder of a scheduled callback, unless it is so near that its confirmation is one."""
    _add(work, _reminder(work, line, callback))


def _reminder(work: Work, line: Line, callback: Callback) -> Row | None:
    before = timedelta(minutes=line.remind_before_minutes)
    at = callback.promised_from - before
    if callback.kind != CallbackKind.SCHEDULED or not before or work.now + before > at:
        return None
    return _text(work, line, callback, Purpose.REMINDER, at=at, until=callback.promised_from)


async def revoke_link(work: Work, line: Line, callback: Callback, by: str) -> None:
    """Let no link open a callback's page that was made before now.

    What is still to be texted about it holds such a link: it is dropped, and a reminder written anew.
    """
    callback.link_generation += 1
    callback.note("link_revoked", work.now, f"by {by}")
    await drop_pending(work, callback.id, "its link was revoked")
    remind(work, line, callback)


async def was_texted(work: Work, callback: Callback, purpose: Purpose) -> bool:
    """Tell whether a text for this purpose has been written about a callback."""
    found = await work.session.exec(
        select(Message.id).where(
            col(Message.callback_id) == callback.id, col(Message.purpose) == purpose
        )
    )
    return found.first() is not None
