"""The account under simulation: who may use the API, and which numbers ring where."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

DEMO_ACCOUNT_SID: Final = "AC" + "c0ffee00" * 4
DEMO_AUTH_TOKEN: Final = "simulated" + "0" * 23


@dataclass(frozen=True)
class IncomingNumber:
    """One phone number of the account and the URLs set on it."""

    sid: str
    phone_number: str
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    sms_url: str = ""


@dataclass
class Account:
    """Credentials, numbers, and the account's limits (None: no limit)."""

    sid: str = DEMO_ACCOUNT_SID
    auth_token: str = DEMO_AUTH_TOKEN
    numbers: dict[str, IncomingNumber] = field(default_factory=dict)
    calls_per_second: float | None = None
    max_calls: int | None = None

    def set_number(self, sid: str, phone_number: str, **urls: str) -> IncomingNumber:
        """Add a number, or change URLs of one that is there."""
        known = self.numbers.get(phone_number) or IncomingNumber(sid, phone_number)
        self.numbers[phone_number] = replace(known, **urls)
        return self.numbers[phone_number]

    def owns(self, phone_number: str) -> bool:
        """Tell whether the account may show this number as its own."""
        return phone_number in self.numbers
