"""Twilio's parameters in our words. Forms stay open: new parameters come without notice."""

from __future__ import annotations

from typing import Any

from callback.telephony.port import CallState, TextState
from webhooks.plain_forms import Fields

KEPT = ("CallStatus", "CallDuration", "SipResponseCode", "AnsweredBy", "SequenceNumber", "Timestamp",
        "ErrorCode", "StatusCallbackEvent", "ReasonConferenceEnded", "ReasonParticipantLeft",
        "ConferenceSid", "MessageStatus")  # fmt: skip


TEXT_STATES = {
    "accepted": TextState.ACCEPTED,
    "scheduled": TextState.ACCEPTED,
    "queued": TextState.ACCEPTED,
    "sending": TextState.ACCEPTED,
    "sent": TextState.SENT,
    "delivered": TextState.DELIVERED,
    "read": TextState.DELIVERED,
    "undelivered": TextState.UNDELIVERED,
    "failed": TextState.FAILED,
    "canceled": TextState.FAILED,
}


class TwilioForm:
    """A signed form."""

    def __init__(self, form: Fields) -> None:
        self._form = form

    def text(self, name: str) -> str:
        """Return a parameter as text, empty if it is missing."""
        return self._form.last(name)

    @property
    def call_sid(self) -> str:
        """Twilio's name for the call."""
        return self.text("CallSid")

    @property
    def caller_id(self) -> str:
        """Who calls, as signalled: a number, or one of the words for a withheld one."""
        return self.text("From")

    @property
    def called(self) -> str:
        """The number that was called."""
        return self.text("To")

    @property
    def digits(self) -> str:
        """The keys that were pressed, without the one that ends the input."""
        return self.text("Digits")

    @property
    def queue_sid(self) -> str:
        """The queue in which the caller waits."""
        return self.text("QueueSid")

    @property
    def queue_result(self) -> str:
        """Why the caller is no longer in the queue."""
        return self.text("QueueResult")

    @property
    def recording_sid(self) -> str:
        """What was recorded, by Twilio's name; the end of its address where it is not named apart."""
        return self.text("RecordingSid") or self.text("RecordingUrl").rpartition("/")[2]

    @property
    def recording_seconds(self) -> int:
        """How long a recording lasts, 0 where it is not said."""
        seconds = self.text("RecordingDuration")
        return int(seconds) if seconds.isdecimal() else 0

    @property
    def is_machine(self) -> bool:
        """Tell whether an answering machine or a fax picked up; `unknown` counts as a human."""
        return self.text("AnsweredBy").startswith(("machine", "fax"))

    @property
    def state(self) -> CallState | None:
        """The state of the call in our words, None where it is none that we know."""
        try:
            return CallState(self.text("CallStatus").replace("-", "_"))
        except ValueError:
            return None

    @property
    def message_sid(self) -> str:
        """Twilio's name for the text."""
        return self.text("MessageSid")

    @property
    def text_state(self) -> TextState | None:
        """The state of the text in our words, None where it is none that we know."""
        return TEXT_STATES.get(self.text("MessageStatus"))

    def event_key(self) -> str:
        """Return what tells this status event from all others of its kind.

        The sequence number where there is one; else the status, of which each happens once.
        """
        number = self.text("SequenceNumber")
        event = self.text("StatusCallbackEvent") or self.text("CallStatus")
        # A room of the same name may be opened anew, and counts from one again.
        room = self.text("ConferenceSid")
        key = f"{self.call_sid}:{number}:{event}"
        return f"{room}:{key}" if room else key

    def kept(self) -> dict[str, Any]:
        """Return what of the form is worth keeping with an event; no phone number is."""
        return {name: self.text(name) for name in KEPT if self.text(name)}
