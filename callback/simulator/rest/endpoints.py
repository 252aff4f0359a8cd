"""Which numbers may be dialled, from which: the refusals of the Calls and Participants resources."""

from __future__ import annotations

from typing import Final

from callback.simulator.exchange import Exchange
from callback.simulator.rest.asked import PHONE_NUMBER, Asked, is_endpoint
from callback.simulator.rest.refusals import Refusal

MAGIC_TO: Final = {
    "+15005550001": 21217,
    "+15005550002": 21214,
    "+15005550003": 21215,
    "+15005550004": 21216,
}
"""Twilio's test numbers that always fail; they fail here as well."""
MAGIC_FROM: Final = {"+15005550001": 21212}


def check_endpoints(exchange: Exchange, asked: Asked) -> tuple[str, str]:
    """Return From and To, or refuse."""
    to, from_ = asked.text("To"), asked.text("From")
    if not to:
        raise Refusal(21201)
    if not from_:
        raise Refusal(21213)
    if to in MAGIC_TO:
        raise Refusal(MAGIC_TO[to], detail=to)
    if not is_endpoint(to):
        raise Refusal(21211, detail=to)
    if from_ in MAGIC_FROM:
        raise Refusal(MAGIC_FROM[from_], detail=from_)
    check_caller_id(exchange, from_)
    if exchange.account.max_calls is not None and len(exchange.live) >= exchange.account.max_calls:
        raise Refusal(10004, 429)
    return from_, to


def check_caller_id(exchange: Exchange, from_: str) -> None:
    """Refuse a caller ID that the account may not show."""
    if from_.startswith(("client:", "sip:")):
        return
    if PHONE_NUMBER.fullmatch(from_) is None:
        raise Refusal(21212, detail=from_)
    if not exchange.account.owns(from_):
        raise Refusal(21210, detail=from_)
