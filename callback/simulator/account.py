"""The account under simulation: who may use the API, and which numbers ring where."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final

DEMO_ACCOUNT_SID: Final = "AC" + "c0ffee00" * 4
DEMO_AUTH_TOKEN: Final = "simulated" + "0" * 23


@dataclass(frozen=True)
class IncomingNumber:
    """One phone number of the account and what is set on it."""

    sid: str
    phone_number: str
    created_at: datetime | None = None
    friendly_name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"


SETTINGS: Final = tuple(
    setting.name
    for setting in fields(IncomingNumber)
    if setting.name not in ("sid", "phone_number", "created_at")
)
"""What can be set on a number."""


@dataclass
class Account:
    """Credentials, numbers, and the account's limits (None: no limit).

    `debugger_url` is told of every warning and error.
    """

    sid: str = DEMO_ACCOUNT_SID
    auth_token: str = DEMO_AUTH_TOKEN
    numbers: dict[str, IncomingNumber] = field(default_factory=dict)
    calls_per_second: float | None = None
    max_calls: int | None = None
    debugger_url: str = ""

    def set_number(
        self, sid: str, phone_number: str, created_at: datetime, **settings: Any
    ) -> IncomingNumber:
        """Add a number, or change the settings of one that is there."""
        known = self.numbers.get(phone_number) or IncomingNumber(sid, phone_number, created_at)
        self.numbers[phone_number] = replace(known, **settings)
        return self.numbers[phone_number]

    def owns(self, phone_number: str) -> bool:
        """Tell whether the account may show this number as its own."""
        return phone_number in self.numbers
