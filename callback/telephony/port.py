"""The telephone company as a port: the verbs we need, in our words, with our errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from callback.telephony.addresses import NumberAddresses


class MachineDetection(StrEnum):
    """What is done about answering machines: nothing, hang up, or leave a message after the beep."""

    OFF = "off"
    ON = "on"
    MESSAGE = "message"


class CallState(StrEnum):
    """What the telephone company says of a call; the last five are ends."""

    INITIATED = "initiated"
    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELED = "canceled"


ENDED_STATES = frozenset(
    {CallState.COMPLETED, CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED, CallState.CANCELED}
)


@dataclass(frozen=True)
class CallOrder:
    """A call to be placed. `answer_url` is fetched when it is answered, `status_url` told of its fate.

    The keys of an `extension` are pressed before, a second after somebody picked up.
    """

    to: str
    caller_id: str
    answer_url: str
    status_url: str
    ring_seconds: int
    limit_seconds: int
    machine_detection: MachineDetection = MachineDetection.OFF
    extension: str | None = None


@dataclass(frozen=True)
class KnownCall:
    """A call as the telephone company knows it."""

    call_sid: str
    state: CallState
    created_at: datetime | None
    ended_at: datetime | None = None


class TextState(StrEnum):
    """What the telephone company says of a text; the last three are ends."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


@dataclass(frozen=True)
class TextOrder:
    """A text to be sent; `status_url` is told of its fate."""

    to: str
    sender: str
    body: str
    status_url: str


@dataclass(frozen=True)
class KnownText:
    """A text that we asked for, as the telephone company knows it."""

    sid: str
    sender: str
    body: str
    created_at: datetime | None


@dataclass(frozen=True)
class LoggedCall:
    """A call of the telephone company's own log; `parent_sid` names the call on whose behalf it was placed.

    `seconds` is its length from the answer to the end, `started_at` is None if it never began.
    """

    call_sid: str
    parent_sid: str | None
    inbound: bool
    to: str
    from_number: str
    state: CallState
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float


class CallHistory(Protocol):
    """The telephone company's own log of calls."""

    def calls_between(self, since: datetime, until: datetime) -> AsyncIterator[list[LoggedCall]]:
        """Yield the calls that started between two instants by the page; errors as those of `Telephony`."""
        ...


@dataclass(frozen=True)
class OwnedNumber:
    """A phone number of the account, and where its calls and messages go at present."""

    sid: str
    number: str
    addresses: NumberAddresses


@runtime_checkable
class Numbers(Protocol):
    """What is asked of a telephone company when an installation is set up. Errors as of `Telephony`."""

    async def owned_numbers(self) -> list[OwnedNumber]:
        """Return the numbers of the account."""
        ...

    async def lead_number(self, sid: str, addresses: NumberAddresses) -> None:
        """Let calls and messages of a number go to these addresses."""
        ...


class Telephony(Protocol):
    """What we ask of a telephone company.

    Every verb may raise `TelephonyUnavailable` (surely not done), `TelephonyUncertain` (perhaps done),
    `TelephonyRefused` (never will be) and, where it names a call, `CallGone`.
    """

    async def place_call(self, order: CallOrder) -> str:
        """Place a call, once, and return its name (CallSid)."""
        ...

    async def find_calls(self, to: str, since: datetime) -> list[KnownCall]:
        """Return the calls placed to `to` at or after `since`, the newest first."""
        ...

    async def fetch_call(self, call_sid: str) -> KnownCall:
        """Return what is known of a call."""
        ...

    async def pull_from_queue(self, queue_sid: str, call_sid: str, url: str) -> None:
        """Take a waiting caller out of the queue and let `url` say what happens next."""
        ...

    async def redirect(self, call_sid: str, url: str) -> None:
        """Let `url` say what happens next in a call that is in progress."""
        ...

    async def let_end_room(self, conference: str, call_sid: str, *, ends: bool) -> None:
        """Say whether a conference ends when this call leaves it."""
        ...

    async def hang_up(self, call_sid: str) -> None:
        """End a call, whether it still rings or is in progress."""
        ...

    async def call_off(self, call_sid: str) -> None:
        """End a call that nobody has picked up yet; `CallGone` if somebody has, or if it is over."""
        ...

    async def send_text(self, order: TextOrder) -> str:
        """Send a text, once, and return its name (MessageSid)."""
        ...

    async def find_texts(self, to: str, since: datetime) -> list[KnownText]:
        """Return the texts that we asked to be sent to `to` at or after `since`, the newest first."""
        ...

    async def fetch_recording(self, recording_sid: str) -> bytes:
        """Return a recording as a WAV file; `CallGone` if there is none of that name."""
        ...

    async def delete_recording(self, recording_sid: str) -> None:
        """Throw a recording away; `CallGone` if there is none of that name."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
