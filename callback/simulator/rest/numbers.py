"""The IncomingPhoneNumbers resource, to be read only: numbers come from the command line."""

from __future__ import annotations

from typing import Any

from callback.simulator.dates import rfc2822
from callback.simulator.exchange import Exchange
from callback.simulator.rest.asked import Asked
from callback.simulator.rest.paging import page_of
from callback.simulator.rest.resources import number_json


def listed(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return the account's numbers."""
    wanted = asked.text("PhoneNumber").replace("*", "")
    found = [each for each in exchange.account.numbers.values() if wanted in each.phone_number]
    created = rfc2822(exchange.clock.now()) or ""
    return 200, page_of(
        asked,
        "incoming_phone_numbers",
        found,
        lambda number: number.sid,
        lambda number: number_json(number, exchange.account, created),
    )
