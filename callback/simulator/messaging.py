"""Sending messages and answering those that arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from callback.simulator.account import IncomingNumber
from callback.simulator.message import Message
from callback.simulator.twiml.contexts import Context
from callback.simulator.twiml.document import failed, read_answer
from callback.simulator.twiml.flow import Redirect
from callback.simulator.twiml.messaging import Message as MessageVerb
from callback.simulator.webhooks import Webhook

if TYPE_CHECKING:
    from callback.simulator.exchange import Exchange

STEP_S: Final = 0.5
"""Between two states of a message on its way."""
FATES: Final[dict[str, tuple[tuple[str, ...], tuple[int, str] | None]]] = {
    "delivered": (("send", "hand-over", "confirm"), None),
    "undelivered": (("send", "hand-over", "lose"), (30003, "Unreachable destination handset")),
    "failed": (("send", "fail"), (30005, "Unknown destination handset")),
}
"""What becomes of a message to a phone, by what its persona says of texts."""
MOST_REDIRECTS: Final = 10
STOP_WORDS: Final = frozenset(
    {"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
)
START_WORDS: Final = frozenset({"START", "YES", "UNSTOP"})


async def deliver(exchange: Exchange, message: Message) -> None:
    """Carry an outbound message through its states, telling each."""
    postbox = exchange.postboxes.open()
    if message.send_at is not None:
        await exchange.clock.sleep(message.send_at - exchange.clock.now())
        if message.status != "scheduled":
            return
        message.step("due", exchange.clock.now())
    events, error = FATES[exchange.people.at(message.to).texts]
    for event in events:
        await exchange.clock.sleep(timedelta(seconds=STEP_S))
        message.step(event, exchange.clock.now())
        if message.ended and error is not None:
            message.error_code, message.error_message = error
        if event == "hand-over":
            message.sent_at = exchange.clock.now()
        if message.status_callback:
            postbox.put(Webhook(message.status_callback, message.status_params(), voice=False))


async def receive_message(exchange: Exchange, message: Message, number: IncomingNumber) -> None:
    """Tell the application of a message and send what its answer says."""
    message.step("arrive", exchange.clock.now())
    _heed(exchange, message)
    if not number.sms_url:
        return
    source: Redirect | None = Redirect(number.sms_url, number.sms_method)
    base = number.sms_url
    for _turn in range(MOST_REDIRECTS):
        if source is None:
            return
        base = urljoin(base, source.url)
        source = await _ask(exchange, message, base, source.method)


async def _ask(exchange: Exchange, message: Message, url: str, method: str) -> Redirect | None:
    """Make one request about a message and do what it answers; return where it redirects, if so."""
    webhook = Webhook(url, message.inbound_params(), method, voice=False)
    answer = await exchange.postman.send(webhook)
    if not answer.code and not answer.body.strip():
        return None
    if answer.code:
        document = failed(answer.code, answer.detail)
    else:
        document = read_answer(answer.content_type, answer.body, answer.url, Context.MESSAGE)
    for complaint in document.complaints:
        exchange.problems.add(complaint.code, complaint.detail, url=url, level=complaint.level)
    if document.error is not None:
        return None
    for verb in document.verbs:
        if isinstance(verb, Redirect):
            return verb
        if isinstance(verb, MessageVerb):
            _reply(exchange, message, verb, answer.url)
    return None


def _heed(exchange: Exchange, message: Message) -> None:
    """Stop or start what this person receives from this number, as they asked."""
    word = message.body.strip().upper()
    if word in STOP_WORDS:
        exchange.opted_out.add((message.to, message.from_))
    elif word in START_WORDS:
        exchange.opted_out.discard((message.to, message.from_))


def _reply(exchange: Exchange, message: Message, verb: MessageVerb, base: str) -> None:
    told = verb.status_callback or verb.action or ""
    exchange.send_message(
        "outbound-reply",
        verb.sender or message.to,
        verb.to or message.from_,
        verb.body,
        status_callback=urljoin(base, told) if told else "",
        media=verb.media,
    )
