"""One call leg: its state, its history, its standard parameters, and who is told about its changes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from callback.clock import Clock
from callback.simulator.breaks import Break
from callback.simulator.dates import rfc2822, whole_seconds
from callback.simulator.lifecycles import CALL, CALL_ENDS, follow
from callback.simulator.person import Person, Utterance
from callback.simulator.postbox import Postbox
from callback.simulator.webhooks import Webhook

API_VERSION: Final = "2010-04-01"
TRANSCRIPT_LINES: Final = 1_000
PLACES: Final = {
    name: tuple((name + place, "") for place in ("City", "State", "Zip"))
    for name in ("From", "Caller", "To", "Called")
}
"""Where the two ends are: nobody knows."""
SIP_RESPONSES: Final = {
    "complete": "200",
    "busy": "486",
    "no-answer": "487",
    "fail": "404",
    "cancel": "487",
}


@dataclass(frozen=True)
class HungUp:
    """The leg is over, and by whose doing."""

    by: str


@dataclass(frozen=True)
class Redirected:
    """A REST request gives the call another document."""

    source: Any


@dataclass(frozen=True)
class StatusEvents:
    """Who is told of which events."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


class Call:
    """A leg between Twilio and one phone."""

    def __init__(
        self,
        sid: str,
        account_sid: str,
        direction: str,
        from_: str,
        to: str,
        *,
        clock: Clock,
        postbox: Postbox,
        parent_sid: str | None = None,
        status_events: StatusEvents | None = None,
    ) -> None:
        self.sid = sid
        self.account_sid = account_sid
        self.direction = direction
        self.from_ = from_
        self.to = to
        self.parent_sid = parent_sid
        self.status_events = status_events
        self.status = "queued" if direction == "outbound-api" else "ringing"
        self.created_at = self.updated_at = clock.now()
        self.started_at: datetime | None = None
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.answered_by: str | None = None
        self.queue_time_ms = 0
        self.time_limit_s = 14_400
        self.fallback: tuple[str, str] | None = None
        self.token = ""
        self.cookies: dict[str, str] = {}
        self._lines: deque[tuple[datetime, str, str]] = deque(maxlen=TRANSCRIPT_LINES)
        self.attention = Break(clock)
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.hand: asyncio.Future[None] | None = None
        self.listener: Callable[[str], None] | None = None
        self.hearer: Callable[[str], None] | None = None
        self.person: Person | None = None
        self.on_answer: list[Callable[[Call], None]] = []
        self.on_end: list[Callable[[Call], None]] = []
        self._clock = clock
        self._postbox = postbox
        self._sequence = 0

    @property
    def ended(self) -> bool:
        """Whether the leg is over."""
        return self.status in CALL_ENDS

    @property
    def duration_s(self) -> int | None:
        """Seconds from the answer to the end; None while it lives and for what was never answered."""
        if self.ended_at is None or self.status != "completed":
            return None
        return whole_seconds(self.ended_at - (self.answered_at or self.ended_at))

    def dispatch(self) -> None:
        """The call leaves for the network: `initiated`."""
        self.started_at = self._clock.now()
        self.announce("initiated", "initiated")

    def ring(self) -> None:
        """The phone rings."""
        if self.status == "queued":
            self._step("ring")
        self.announce("ringing")

    def pick_up(self) -> bool:
        """A hand picks the phone up; return False where it does not ring for one."""
        if self.hand is None or self.hand.done() or self.ended:
            return False
        self.hand.set_result(None)
        return True

    def answer(self) -> None:
        """Somebody, or something, picks up."""
        if self.status != "ringing":
            return
        self._step("answer")
        self.answered_at = self._clock.now()
        self.note("answered", self.from_ if self.direction == "inbound" else self.to)
        self.announce("answered")
        for listener in self.on_answer:
            listener(self)

    def end(self, event: str, by: str, sip: str | None = None) -> bool:
        """End the leg; return False when it was over already."""
        if self.ended:
            return False
        silent = self.status == "queued" and self.started_at is None
        self._step(event)
        self.ended_at = self._clock.now()
        self.note("event", f"{self.status}: {by}")
        self.attention.now(HungUp(by))
        if self.person is not None:
            self.person.leave()
        if not silent:
            self.announce("completed", extra=self._closing(sip or SIP_RESPONSES[event]))
        listeners, self.on_end, self.on_answer = self.on_end, [], []
        for listener in listeners:
            listener(self)
        if not self.over.done():
            self.over.set_result(None)
        return True

    def hang_up(self, by: str) -> bool:
        """End the leg as its state allows: complete when answered, cancel or give up when not."""
        if self.direction == "inbound" or self.status == "in-progress":
            return self.end("complete", by)
        return self.end("cancel", by)

    def redirect(self, source: object) -> None:
        """Give the call another document at once."""
        self.note("event", "redirected by REST")
        if not self.attention.now(Redirected(source)):
            self.attention = Break(self._clock)
            self.attention.now(Redirected(source))

    def fresh_attention(self) -> None:
        """Forget the break that has been dealt with."""
        if not self.ended:
            self.attention = Break(self._clock)

    def press(self, keys: str) -> None:
        """Keys arrive from the phone; without a listener they are lost, as on a real line."""
        for key in keys:
            heard = self.listener is not None
            self.note("pressed", key if heard else f"{key} (nobody listened)")
            if self.listener is not None:
                self.listener(key)

    def speak(self, words: str) -> None:
        """The person says something; without a hearer it is lost."""
        self.note("spoke", words if self.hearer else f"{words} (nobody listened)")
        if self.hearer is not None:
            self.hearer(words)

    def hear(self, text: str, seconds: float) -> Utterance:
        """Something is said into the call."""
        self.note("said", text)
        utterance = Utterance(text, seconds)
        if self.person is not None:
            self.person.hear(utterance)
        return utterance

    @property
    def transcript(self) -> list[dict[str, str]]:
        """What happened on this call: when (`at`), of what `kind`, and a `text`; the last lines of many."""
        return [
            {"at": at.isoformat(), "kind": kind, "text": text} for at, kind, text in self._lines
        ]

    def note(self, kind: str, text: str) -> None:
        """Add a line to the transcript."""
        self._lines.append((self._clock.now(), kind, text))

    def parameters(self, status: str | None = None) -> list[tuple[str, str]]:
        """Return the parameters that every request about this call carries."""
        pairs = [
            ("AccountSid", self.account_sid),
            ("ApiVersion", API_VERSION),
            ("CallSid", self.sid),
            ("CallStatus", status or self.status),
            ("Direction", self.direction),
        ]
        if self.parent_sid:
            pairs.append(("ParentCallSid", self.parent_sid))
        if self.direction == "inbound":
            pairs += [("CallToken", self.token), ("StirVerstat", "TN-Validation-Passed-A")]
        for names, number in ((("From", "Caller"), self.from_), (("To", "Called"), self.to)):
            country = "US" if number.startswith("+1") else ""
            for name in names:
                pairs.append((name, number))
                pairs += PLACES[name]
                pairs.append((f"{name}Country", country))
        return pairs

    def announce(
        self, event: str, status: str | None = None, extra: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Post a status event, if somebody asked for it."""
        told = self.status_events
        if told is None or not told.url or event not in told.events:
            return
        params = [
            *self.parameters(status),
            ("Timestamp", rfc2822(self._clock.now()) or ""),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(self._sequence)),
            *extra,
        ]
        self._sequence += 1
        post = self._postbox.last if self.ended else self._postbox.put
        post(Webhook(told.url, tuple(params), told.method, call_sid=self.sid))

    def _closing(self, sip: str) -> tuple[tuple[str, str], ...]:
        seconds = self.duration_s or 0
        return (
            ("CallDuration", str(seconds)),
            ("Duration", str(-(-seconds // 60))),
            ("SipResponseCode", sip),
        )

    def _step(self, event: str) -> None:
        self.status = follow(CALL, self.status, event)
        self.updated_at = self._clock.now()
