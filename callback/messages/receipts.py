"""What the telephone company tells of a message on its way."""

from __future__ import annotations

from callback.errors import NotFound
from callback.messages.message import Message, MessageEvent
from callback.messages.no_texts import NoTextsReason, stop_texts
from callback.runtime import Work
from callback.telephony.port import TextState

EVENTS = {
    TextState.ACCEPTED: MessageEvent.ACCEPT,
    TextState.SENT: MessageEvent.SEND,
    TextState.DELIVERED: MessageEvent.DELIVER,
    TextState.UNDELIVERED: MessageEvent.LOSE,
    TextState.FAILED: MessageEvent.FAIL,
}
LANDLINE = "30006"


async def apply_receipt(
    work: Work, message_id: str, sid: str, state: TextState | None, error_code: str
) -> str:
    """Record how far a message has come; an older state than the present one changes nothing.

    Returns what came of it, in a word. It may be the first to tell the message's name.

    Raises:
        NotFound: there is no such message.

    """
    message = await work.session.get(Message, message_id, with_for_update=True)
    if message is None:
        raise NotFound("message", message_id)
    message.bind(sid, work.now)
    if message.sid != sid:
        return "of another message"
    if state is None:
        return "of no state that we know"
    if error_code == LANDLINE and message.sender is not None:
        await stop_texts(work, message.to, message.sender, NoTextsReason.CANNOT)
    detail = f"Twilio's error {error_code}" if error_code else ""
    return "applied" if message.learn(EVENTS[state], work.now, detail) else "late"
