"""The IncomingPhoneNumbers resource: bought, set up, given back."""

from __future__ import annotations

from typing import Any, Final

from callback.simulator.account import IncomingNumber
from callback.simulator.exchange import Exchange
from callback.simulator.rest.asked import PHONE_NUMBER, Asked
from callback.simulator.rest.paging import page_of
from callback.simulator.rest.refusals import Refusal, not_found
from callback.simulator.rest.resources import number_json

MAGIC: Final = {"+15005550000": 21422, "+15005550001": 21421}
NO_NUMBERS_THERE: Final = "533"
URLS: Final = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
}
METHODS: Final = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}


def create(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Buy a number: a certain one, or any of an area."""
    wanted = asked.text("PhoneNumber") or _any_of(exchange, asked.text("AreaCode"))
    if wanted in MAGIC:
        raise Refusal(MAGIC[wanted], detail=wanted)
    if PHONE_NUMBER.fullmatch(wanted) is None:
        raise Refusal(21421, detail=wanted)
    if exchange.account.owns(wanted):
        raise Refusal(21422, detail=wanted)
    number = exchange.set_number(wanted, **_settings(asked))
    return 201, number_json(number, exchange.account)


def fetch(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return one number."""
    return 200, number_json(_find(exchange, asked), exchange.account)


def update(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Set where a number's calls and messages go."""
    number = exchange.set_number(_find(exchange, asked).phone_number, **_settings(asked))
    return 200, number_json(number, exchange.account)


def delete(exchange: Exchange, asked: Asked) -> tuple[int, None]:
    """Give a number back."""
    del exchange.account.numbers[_find(exchange, asked).phone_number]
    return 204, None


def listed(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return the account's numbers."""
    wanted, name = asked.text("PhoneNumber").replace("*", ""), asked.text("FriendlyName")
    found = [
        each
        for each in exchange.account.numbers.values()
        if wanted in each.phone_number and name in ("", each.friendly_name)
    ]
    return 200, page_of(
        asked,
        "incoming_phone_numbers",
        found,
        lambda number: number.sid,
        lambda number: number_json(number, exchange.account),
    )


def _settings(asked: Asked) -> dict[str, str]:
    """Return what is set; an empty URL takes one away."""
    settings = {field: asked.url(name) for name, field in URLS.items() if asked.has(name)}
    methods = {field: asked.http_method(name) for name, field in METHODS.items() if asked.has(name)}
    names = {"friendly_name": asked.text("FriendlyName")} if asked.has("FriendlyName") else {}
    return {**settings, **methods, **names}


def _any_of(exchange: Exchange, area_code: str) -> str:
    if area_code == NO_NUMBERS_THERE:
        raise Refusal(21452, detail=area_code)
    if len(area_code) != 3 or not area_code.isdecimal():
        raise Refusal(21421, detail="PhoneNumber or AreaCode is needed")
    taken = exchange.account.numbers
    return next(
        n for n in (f"+1{area_code}555{each:04d}" for each in range(100, 10_000)) if n not in taken
    )


def _find(exchange: Exchange, asked: Asked) -> IncomingNumber:
    sid = asked.names["sid"]
    found = (each for each in exchange.account.numbers.values() if each.sid == sid)
    number = next(found, None)
    if number is None:
        raise not_found(f"IncomingPhoneNumbers/{sid}")
    return number
