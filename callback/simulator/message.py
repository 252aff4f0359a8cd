"""A text message and its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from callback.simulator.lifecycles import MESSAGE, MESSAGE_ENDS, follow


@dataclass
class Message:
    """One message, inbound or outbound."""

    sid: str
    account_sid: str
    direction: str
    from_: str
    to: str
    body: str
    created_at: datetime
    status: str = "queued"
    updated_at: datetime | None = None
    sent_at: datetime | None = None
    send_at: datetime | None = None
    error_code: int | None = None
    error_message: str | None = None
    messaging_service_sid: str | None = None
    status_callback: str = ""
    media: tuple[str, ...] = field(default=())

    @property
    def segments(self) -> int:
        """How many parts the network makes of it."""
        if not self.body:
            return 1
        wide = any(ord(letter) > 127 for letter in self.body)
        single, part = (70, 67) if wide else (160, 153)
        return 1 if len(self.body) <= single else -(-len(self.body) // part)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in MESSAGE_ENDS

    def step(self, event: str, at: datetime) -> None:
        """Follow the life-cycle of a message."""
        self.status = follow(MESSAGE, self.status, event)
        self.updated_at = at

    def status_params(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters of a status event."""
        pairs = [
            ("AccountSid", self.account_sid),
            ("ApiVersion", "2010-04-01"),
            ("From", self.from_),
            ("MessageSid", self.sid),
            ("MessageStatus", self.status),
            ("SmsSid", self.sid),
            ("SmsStatus", self.status),
            ("To", self.to),
        ]
        if self.messaging_service_sid:
            pairs.append(("MessagingServiceSid", self.messaging_service_sid))
        if self.error_code:
            pairs.append(("ErrorCode", str(self.error_code)))
        return tuple(pairs)

    def inbound_params(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters with which an arriving message is told."""
        pairs = [
            ("AccountSid", self.account_sid),
            ("ApiVersion", "2010-04-01"),
            ("Body", self.body),
            ("From", self.from_),
            ("MessageSid", self.sid),
            ("NumMedia", str(len(self.media))),
            ("NumSegments", str(self.segments)),
            ("SmsMessageSid", self.sid),
            ("SmsSid", self.sid),
            ("SmsStatus", "received"),
            ("To", self.to),
        ]
        for name, number in (("From", self.from_), ("To", self.to)):
            pairs += [(name + place, "") for place in ("City", "State", "Zip")]
            pairs.append((name + "Country", "US" if number.startswith("+1") else ""))
        return tuple(pairs)
