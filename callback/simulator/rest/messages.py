"""The Messages resource."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from callback.simulator.exchange import Exchange
from callback.simulator.message import Message
from callback.simulator.rest.asked import PHONE_NUMBER, Asked
from callback.simulator.rest.calls import within
from callback.simulator.rest.paging import page_of
from callback.simulator.rest.refusals import Refusal, not_found
from callback.simulator.rest.resources import message_json

MAGIC_TO: Final = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_FROM: Final = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
LONGEST_BODY: Final = 1_600


def create(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Send a message."""
    to, from_ = asked.text("To"), asked.text("From")
    service = asked.text("MessagingServiceSid")
    body, media = asked.text("Body"), tuple(asked.every("MediaUrl"))
    if not to:
        raise Refusal(21604)
    if to in MAGIC_TO:
        raise Refusal(MAGIC_TO[to], detail=to)
    if PHONE_NUMBER.fullmatch(to) is None:
        raise Refusal(21211, detail=to)
    from_ = _sender(exchange, from_, service)
    if not body and not media:
        raise Refusal(21602)
    if len(body) > LONGEST_BODY:
        raise Refusal(21617)
    if (from_, to) in exchange.opted_out:
        raise Refusal(21610, detail=to)
    asked.integer("ValidityPeriod", 36_000, 1, 36_000)
    message = exchange.send_message(
        "outbound-api",
        from_,
        to,
        body,
        status_callback=asked.url("StatusCallback", 21609),
        media=media,
        send_at=_send_at(asked, service),
        messaging_service_sid=service or None,
    )
    return 201, message_json(message)


def fetch(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return one message."""
    return 200, message_json(_find(exchange, asked.names["sid"]))


def update(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Cancel a scheduled message, or strike out the text of one."""
    message = _find(exchange, asked.names["sid"])
    if asked.text("Status") == "canceled":
        if message.status != "scheduled":
            raise Refusal(30409, 409, "only a scheduled message can be canceled")
        message.step("cancel", exchange.clock.now())
    if asked.has("Body") and not asked.text("Body"):
        message.body = ""
    return 200, message_json(message)


def delete(exchange: Exchange, asked: Asked) -> tuple[int, None]:
    """Strike a message from the books."""
    del exchange.messages[_find(exchange, asked.names["sid"]).sid]
    return 204, None


def listed(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return messages, newest first."""
    to, from_ = asked.text("To"), asked.text("From")
    in_time = within("DateSent", asked, lambda message: message.sent_at or message.created_at)
    found = [
        message
        for message in reversed(exchange.messages.values())
        if to in ("", message.to)
        and from_ in ("", message.from_)
        and (in_time is None or in_time(message))
    ]
    return 200, page_of(asked, "messages", found, lambda message: message.sid, message_json)


def _sender(exchange: Exchange, from_: str, service: str) -> str:
    if not from_ and service:
        return next(iter(exchange.account.numbers), "")
    if not from_:
        raise Refusal(21603)
    if from_ in MAGIC_FROM:
        raise Refusal(MAGIC_FROM[from_], detail=from_)
    if not exchange.account.owns(from_):
        raise Refusal(21606, detail=from_)
    return from_


def _send_at(asked: Asked, service: str) -> datetime | None:
    if asked.text("ScheduleType") != "fixed":
        return None
    if not service:
        raise Refusal(20001, detail="a scheduled message needs a MessagingServiceSid")
    try:
        instant = datetime.fromisoformat(asked.text("SendAt"))
    except ValueError as error:
        raise Refusal(20001, detail=f"SendAt={asked.text('SendAt')!r}") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _find(exchange: Exchange, sid: str) -> Message:
    message = exchange.messages.get(sid)
    if message is None:
        raise not_found(f"Messages/{sid}")
    return message
